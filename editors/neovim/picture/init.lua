-- The Neovim of the picture: as it is, with `vitte.lua` and colours that every terminal has.
local repository = vim.env.VITTE_REPOSITORY
package.path = repository .. "/editors/neovim/?.lua;" .. package.path
vim.o.background = "dark"
vim.o.laststatus = 0
vim.o.number = true
vim.o.ruler = false
vim.o.shortmess = "aoOTIcF"
vim.o.showmode = false
vim.o.signcolumn = "yes"
vim.o.swapfile = false
vim.o.termguicolors = false
for name, colour in pairs({ Error = 9, Warn = 11, Info = 12, Hint = 14 }) do
  vim.api.nvim_set_hl(0, "Diagnostic" .. name, { ctermfg = colour })
  vim.api.nvim_set_hl(0, "DiagnosticUnderline" .. name, { underline = true })
end
vim.api.nvim_set_hl(0, "EndOfBuffer", { ctermfg = 8 })
vim.api.nvim_set_hl(0, "LineNr", { ctermfg = 8 })
vim.api.nvim_set_hl(0, "NormalFloat", { ctermbg = 236 })
vim.api.nvim_set_hl(0, "SignColumn", {})
vim.diagnostic.config({ severity_sort = true })
require("vitte").setup({ { name = "vittec", cmd = { vim.env.VITTEC, "lsp" }, filetypes = { "vitte" } } })
