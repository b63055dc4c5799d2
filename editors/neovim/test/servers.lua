-- The servers with Neovim as their client. `.ci/editors` starts it: nvim --headless -u NONE -c "luafile …"
--
-- VITTEC and VITTE are the programs, TEST_DIR is an empty directory, and TEST_SERVERS names what is tested:
-- `vittec gcc rustc toml`. TEST_LIMIT is the longest wait in milliseconds.

local repository = vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h:h:h:h")
local dir = vim.env.TEST_DIR

package.path = repository .. "/editors/neovim/?.lua;" .. package.path
local vitte = require("vitte")

-- More than a slow machine needs. Nothing waits as long as that unless it is wrong.
local LIMIT = tonumber(vim.env.TEST_LIMIT or 60000)

local function shown(diagnostics)
  return vim.inspect(vim.tbl_map(function(d)
    return ("%d:%d-%d:%d %s"):format(d.lnum + 1, d.col, d.end_lnum + 1, d.end_col, d.message)
  end, diagnostics))
end

-- Waits until `condition` returns a true value, and returns it.
local function wait(what, condition)
  local value
  local is_met = vim.wait(LIMIT, function()
    value = condition()
    return value
  end, 20)
  if not is_met then
    local clients = vim.tbl_map(function(client)
      return client.name
    end, (vim.lsp.get_clients or vim.lsp.get_active_clients)())
    error(what .. ": not after " .. LIMIT / 1000 .. " seconds; diagnostics: " .. shown(vim.diagnostic.get(0)) .. "; clients: "
      .. vim.inspect(clients) .. "; text:\n" .. table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"), 2)
  end
  return value
end

local function equal(found, expected, what)
  if not vim.deep_equal(found, expected) then
    error(what .. ": expected " .. vim.inspect(expected) .. ", found " .. vim.inspect(found), 2)
  end
end

local function code_of(diagnostic)
  return diagnostic.code or diagnostic.user_data.lsp.code
end

-- The diagnostics of the current buffer as "code: the text that is underlined", in the order of the file. The
-- columns are bytes, as those of strings in Lua. Of several lines it is the first one.
local function underlined()
  local found = vim.diagnostic.get(0)
  table.sort(found, function(a, b)
    return a.lnum < b.lnum or (a.lnum == b.lnum and a.col < b.col)
  end)
  return vim.tbl_map(function(d)
    local line = vim.api.nvim_buf_get_lines(0, d.lnum, d.lnum + 1, true)[1]
    local last = d.end_lnum == d.lnum and d.end_col or #line
    return ("%s: %s"):format(code_of(d), line:sub(d.col + 1, last))
  end, found)
end

local function wait_for(expected, what)
  wait(what .. ": expected " .. vim.inspect(expected), function()
    return vim.deep_equal(underlined(), expected)
  end)
end

-- Types keys, as a user does.
local function type_keys(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), "xt", false)
end

local function text()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

-- Writes a file and opens it.
local function open(name, lines)
  local path = dir .. "/" .. name
  vim.fn.mkdir(vim.fn.fnamemodify(path, ":h"), "p")
  vim.fn.writefile(lines, path)
  vim.cmd("edit " .. vim.fn.fnameescape(path))
end

local function demo(name)
  return vim.fn.readfile(repository .. "/examples/vittec/demo/" .. name)
end

-- The titles of the code actions that the user was offered last.
local offered = {}

-- Applies the code action at the cursor whose title has `part`.
local function apply(part, only)
  offered = {}
  vim.ui.select = function(items, options, choose)
    offered = vim.tbl_map(options.format_item or tostring, items)
    for at, title in ipairs(offered) do
      if title:find(part, 1, true) then
        return choose(items[at], at)
      end
    end
    choose(nil, nil)
  end
  local context = only and { only = { only }, diagnostics = {} } or nil
  vim.lsp.buf.code_action(vim.fn.has("nvim-0.8") == 1 and { context = context } or context)
end

-- The text of the floating window, if there is one.
local function float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
    end
  end
end

-- `-u NONE` turns the detection of file types off. No messages about changed lines and written files.
vim.cmd("filetype on")
vim.o.report = 9999
vim.o.shortmess = vim.o.shortmess .. "F"

local tests = {}

function tests.vittec()
  -- As with `nvim -c … FILE`, a file is open before.
  open("open.vitte", demo("imports.vitte"))
  vitte.setup({ { name = "vittec", filetypes = { "vitte" }, cmd = { vim.env.VITTEC, "lsp" } } })
  wait_for({ "W0100: use std/alloc/vec", "E0101: use std/time/instant" }, "the diagnostics of a file that was open")
  vim.cmd("bdelete!")

  -- Wide, joined and combining characters before the errors.
  local lines = demo("characters.vitte")
  local wide = [[  let 名前 = "👩‍👩‍👧 é 日本語" $ "é"]]
  equal(lines[8], [[  let 名前 = "日本語" $ "é"]], "the demo")
  lines[8] = wide
  open("characters.vitte", lines)
  local start = { "E0001: @", "E0001: $", 'E0002: "good morning', "E0010: .end", "E0003: /*" }
  wait_for(start, "the diagnostics of a file that was opened")
  local dollar = vim.diagnostic.get(0, { lnum = 7 })[1]
  local byte = wide:find("$", 1, true)
  equal({ dollar.col, dollar.end_col }, { byte - 1, byte }, "columns in bytes")
  equal(dollar.message:match("^[^\n]*"), "illegal character `$`", "the message")

  -- The page of the code.
  vim.api.nvim_win_set_cursor(0, { 8, dollar.col })
  vim.lsp.buf.hover()
  local page = wait("the page of E0001", float)
  for _, part in ipairs({ "E0001", "illegal character" }) do
    assert(page:find(part, 1, true), "the page of E0001 has no `" .. part .. "`: " .. page)
  end
  type_keys("l")

  -- Typing: an error goes, and others move and come.
  type_keys("8G0f$x")
  wait_for({ "E0001: @", 'E0002: "good morning', "E0010: .end", "E0003: /*" }, "an error that was deleted")
  vim.cmd("silent undo")
  wait_for(start, "a deletion that was undone")
  type_keys("ggO# 👩‍👩‍👧 é<Esc>9GA # 日本<Esc>4Ocall 👩 @ é @<Esc>")
  wait("diagnostics after lines were typed", function()
    return #vim.diagnostic.get(0) > #start + 4
  end)
  for _, found in ipairs(underlined()) do
    assert(not found:find("^E0001: ") or vim.tbl_contains({ "E0001: @", "E0001: $", "E0001: 👩" }, found),
      "moved to the wrong column: " .. found)
  end
  vim.cmd("bdelete!")

  -- A quick fix.
  local broken, fixed = demo("shapes.vitte"), demo("shapes.vitte")
  table.insert(fixed, 10, "  .end")
  open("shapes.vitte", broken)
  wait_for({ "E0011: if", "E0100: sides" }, "the diagnostics of the demo")
  vim.api.nvim_win_set_cursor(0, { 8, 3 })
  apply(".end")
  wait("the quick fix", function()
    return vim.deep_equal(text(), fixed)
  end)
  wait_for({ "E0100: sides" }, "the diagnostics after the fix")
  equal(vim.fn.readfile(dir .. "/shapes.vitte"), broken, "the file before it is written")
  vim.cmd("silent write")
  equal(vim.fn.readfile(dir .. "/shapes.vitte"), fixed, "the file that was written")
  vim.cmd("bdelete!")

  -- All fixes of the file.
  open("all.vitte", broken)
  wait_for({ "E0011: if", "E0100: sides" }, "the diagnostics of a second file")
  apply("", "source.fixAll.vittec")
  wait("all fixes", function()
    return vim.deep_equal(text(), fixed)
  end)
  vim.cmd("bdelete!")

  -- Settings.
  open("imports.vitte", demo("imports.vitte"))
  local both = { "W0100: use std/alloc/vec", "E0101: use std/time/instant" }
  wait_for(both, "the diagnostics of imports")
  local client = (vim.lsp.get_clients or vim.lsp.get_active_clients)({ name = "vittec" })[1]
  client.config.settings = { vittec = { allow = { "W0100" } } }
  client.settings = client.config.settings
  client.notify("workspace/didChangeConfiguration", { settings = client.config.settings })
  wait_for({ both[2] }, "the diagnostics without W0100")
  vim.cmd("bdelete!")
end

function tests.gcc()
  local cmd = { vim.env.VITTE, "lsp", "--from", "gcc", "--", "gcc", "-fsyntax-only", "-Wall", "-fdiagnostics-format=json", "{file}" }
  vitte.setup({ { name = "gcc", filetypes = { "c" }, cmd = cmd } })
  open("wide.c", { "/* 👩‍👩‍👧 */ int main(void) {", '  const char *é = "日本語 👩"; return missing;', "}" })
  wait("the diagnostics of GCC", function()
    return vim.tbl_contains(vim.tbl_map(function(one)
      return one:match(": (.*)")
    end, underlined()), "missing")
  end)
  -- The buffer is not saved.
  type_keys("2G0fmcwé[0<Esc>a]<Esc>")
  wait("the diagnostics after typing: none", function()
    return #vim.diagnostic.get(0) == 0
  end)
  type_keys("G2O  int 日本 = 0;<Esc>")
  wait("the diagnostics of the text that was typed", function()
    return #vim.diagnostic.get(0) > 0
  end)
  vim.cmd("bdelete!")
end

function tests.rustc()
  local cmd = { vim.env.VITTE, "lsp", "--from", "rustc", "--", "rustc", "--edition", "2021", "--error-format=json", "--emit=metadata",
    "--out-dir", dir .. "/out", "{file}" }
  vitte.setup({ { name = "rustc", filetypes = { "rust" }, cmd = cmd } })
  open("wide.rs", { "fn main() {", '    let _a = "👩‍👩‍👧 é"; let unused = 日本;', "}" })
  wait_for({ "E0425: 日本" }, "the diagnostics of rustc")
  type_keys("2G0f日cw1<Esc>")
  wait_for({ "unused_variables: unused" }, "the diagnostics after typing")
  vim.api.nvim_win_set_cursor(0, { 2, vim.api.nvim_get_current_line():find("unused", 1, true) - 1 })
  apply("underscore")
  wait("the quick fix of rustc", function()
    return text()[2]:find("let _unused = 1;", 1, true)
  end)
  wait("no diagnostics after the fix", function()
    return #vim.diagnostic.get(0) == 0
  end)
  vim.cmd("bdelete!")
end

-- Two compilers in one workspace, from the lines of docs/lsp-command.md.
function tests.toml()
  local toml
  local page = table.concat(vim.fn.readfile(repository .. "/docs/lsp-command.md"), "\n")
  for block in page:gmatch("```toml\n(.-)\n```") do
    toml = toml or block:find("[[lsp]]", 1, true) and block
  end
  vim.fn.mkdir(dir .. "/both/target", "p")
  vim.fn.writefile(vim.split(toml, "\n"), dir .. "/both/vitte.toml")
  vitte.setup({ { name = "vitte", filetypes = { "c", "rust" }, cmd = { vim.env.VITTE, "lsp" } } })
  open("both/main.c", { "int main(void) { return 日本; }" })
  wait("the diagnostics of GCC", function()
    return #vim.diagnostic.get(0) > 0
  end)
  open("both/lib.rs", { "pub fn f() { 日本 }" })
  wait_for({ "E0425: 日本" }, "the diagnostics of rustc")
  vim.cmd("bdelete!")
end

for _, name in ipairs(vim.split(vim.env.TEST_SERVERS, " ", { trimempty = true })) do
  local is_right, problem = xpcall(tests[name], debug.traceback)
  io.stderr:write(("%s: %s\n"):format(name, is_right and "as expected" or problem))
  if not is_right then
    io.stderr:write("the last code actions: " .. vim.inspect(offered) .. "\n")
    vim.cmd("cquit 1")
  end
end
vim.cmd("qall!")
