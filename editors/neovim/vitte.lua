-- Language servers made with vitte-lsp, and `vitte lsp`, for Neovim 0.7 and later without other plugins.
--
--   require("vitte").setup()                       -- `vittec lsp` for *.vitte
--   require("vitte").setup({ { name = "gcc", cmd = { "vitte", "lsp", … }, filetypes = { "c" } } })
--
-- Neovim 0.11 can start a server without this file. It then misses changes of diagnostics in files that you do not edit:
--
--   vim.filetype.add({ extension = { vitte = "vitte" } })
--   vim.lsp.config("vittec", { cmd = { "vittec", "lsp" }, filetypes = { "vitte" }, root_markers = { "vitte.toml", ".git" } })
--   vim.lsp.enable("vittec")

local M = {}

-- The server that `setup` starts if it is called without servers.
M.vittec = { name = "vittec", cmd = { "vittec", "lsp" }, filetypes = { "vitte" } }

-- Files and directories of the root of a workspace.
M.root_markers = { "vitte.toml", ".git" }

-- Returns the nearest directory above `path` that has a root marker, or the directory of `path`.
local function root_of(path)
  local dir = vim.fn.fnamemodify(path, ":p:h")
  local at = dir
  while true do
    for _, marker in ipairs(M.root_markers) do
      if vim.loop.fs_stat(at .. "/" .. marker) then
        return at
      end
    end
    local parent = vim.fn.fnamemodify(at, ":h")
    if parent == at then
      return dir
    end
    at = parent
  end
end

-- Neovim 0.10 and 0.11 pull diagnostics, but a server cannot ask them to pull again, which is needed when another file
-- or the settings have changed. Such a version gets its diagnostics published.
local function without_stale_pulls(config)
  local capabilities = vim.deepcopy(config.capabilities or vim.lsp.protocol.make_client_capabilities())
  local document, diagnostics = capabilities.textDocument or {}, (capabilities.workspace or {}).diagnostics or {}
  if document.diagnostic and not diagnostics.refreshSupport then
    document.diagnostic = nil
    config.on_init = function(client)
      client.server_capabilities.diagnosticProvider = nil
    end
  end
  config.capabilities = capabilities
  return config
end

-- The ids of running clients by name and root: Neovim 0.7 does not share them itself.
local clients = {}

local function attach(server, bufnr)
  local path = vim.api.nvim_buf_get_name(bufnr)
  -- Buffers without a file, such as those of plugins, have another type or a URL as name.
  if path == "" or path:match("^%w+://") or vim.bo[bufnr].buftype ~= "" then
    return
  end
  local root = root_of(path)
  local config = without_stale_pulls({
    name = server.name or server.cmd[1],
    cmd = server.cmd,
    cmd_cwd = root,
    root_dir = root,
    settings = server.settings or vim.empty_dict(),
    on_attach = server.on_attach,
    capabilities = server.capabilities,
    handlers = server.handlers,
    workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
  })
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = bufnr })
    return
  end
  local key = config.name .. "\n" .. root
  local id = clients[key]
  if not id or not vim.lsp.get_client_by_id(id) then
    id = vim.lsp.start_client(config)
    clients[key] = id
  end
  if id then
    vim.lsp.buf_attach_client(bufnr, id)
  end
end

-- Starts each server for the buffers of its file types, now and later. A server has `cmd` and `filetypes`, and if wanted
-- `name`, `settings`, `on_attach`, `capabilities` and `handlers`, as the configurations of `vim.lsp` have them.
function M.setup(servers)
  local group = vim.api.nvim_create_augroup("vitte", { clear = true })
  vim.api.nvim_create_autocmd({ "BufRead", "BufNewFile" }, {
    group = group,
    pattern = "*.vitte",
    callback = function(args)
      vim.bo[args.buf].filetype = "vitte"
    end,
  })
  vim.api.nvim_create_autocmd("FileType", {
    group = group,
    pattern = "vitte",
    callback = function(args)
      vim.bo[args.buf].commentstring = "# %s"
    end,
  })
  for _, server in ipairs(servers or { M.vittec }) do
    if type(server.cmd) ~= "table" or type(server.filetypes) ~= "table" then
      error("a server needs the lists `cmd` and `filetypes`: found " .. vim.inspect(server), 2)
    end
    vim.api.nvim_create_autocmd("FileType", {
      group = group,
      pattern = server.filetypes,
      callback = function(args)
        attach(server, args.buf)
      end,
    })
  end
  -- The files that are open already.
  for _, bufnr in ipairs(vim.tbl_filter(vim.api.nvim_buf_is_loaded, vim.api.nvim_list_bufs())) do
    local filetype = vim.bo[bufnr].filetype
    if filetype == "" and vim.api.nvim_buf_get_name(bufnr):match("%.vitte$") then
      vim.bo[bufnr].filetype = "vitte"
    else
      for _, server in ipairs(servers or { M.vittec }) do
        if vim.tbl_contains(server.filetypes, filetype) then
          attach(server, bufnr)
        end
      end
    end
  end
end

return M
