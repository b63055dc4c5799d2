//! `vitte lsp`: sessions of an editor with compilers that are commands.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::vitte;

/// An editor. It has no capabilities, so that diagnostics are published.
struct Editor {
    server: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Value>,
    dir: tempfile::TempDir,
    /// For the temporary files of the server.
    temporary: tempfile::TempDir,
}

impl Editor {
    /// Starts a server for a workspace with these files.
    fn new(args: &[&str], files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let temporary = tempfile::tempdir().unwrap();
        let mut command = vitte();
        command.arg("lsp").args(args).current_dir("/").env("LC_ALL", "C");
        command.env("TMPDIR", temporary.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let mut stdout = BufReader::new(server.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            loop {
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    if stdout.read_line(&mut line).unwrap() == 0 {
                        return;
                    }
                    if let Some(value) = line.strip_prefix("Content-Length: ") {
                        length = value.trim().parse().unwrap();
                    }
                    if line == "\r\n" {
                        break;
                    }
                }
                let mut body = vec![0; length];
                stdout.read_exact(&mut body).unwrap();
                if sender.send(serde_json::from_slice(&body).unwrap()).is_err() {
                    return;
                }
            }
        });
        let stdin = server.stdin.take();
        let mut editor = Self { server, stdin, messages, dir, temporary };
        let root = editor.uri("");
        editor.send(json!({"id": 1, "method": "initialize", "params": {"processId": null, "rootUri": root.trim_end_matches('/'), "capabilities": {}}}));
        editor.receive(|message| message["id"] == 1);
        editor.send(json!({"method": "initialized", "params": {}}));
        editor
    }

    fn uri(&self, name: &str) -> String {
        format!("file://{}/{name}", self.dir.path().canonicalize().unwrap().display())
    }

    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = "2.0".into();
        let body = message.to_string();
        let stdin = self.stdin.as_mut().unwrap();
        write!(stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        stdin.flush().unwrap();
    }

    fn receive(&self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.messages.recv_timeout(Duration::from_secs(60)).unwrap();
            if is_wanted(&message) {
                return message;
            }
        }
    }

    fn open(&mut self, name: &str, language: &str, text: &str) {
        let document =
            json!({"uri": self.uri(name), "languageId": language, "version": 1, "text": text});
        self.send(json!({"method": "textDocument/didOpen", "params": {"textDocument": document}}));
    }

    fn change(&mut self, name: &str, version: u32, text: &str) {
        let document = json!({"uri": self.uri(name), "version": version});
        let params = json!({"textDocument": document, "contentChanges": [{"text": text}]});
        self.send(json!({"method": "textDocument/didChange", "params": params}));
    }

    fn save(&mut self, name: &str, text: &str) {
        fs::write(self.dir.path().join(name), text).unwrap();
        let document = json!({"uri": self.uri(name)});
        self.send(json!({"method": "textDocument/didSave", "params": {"textDocument": document}}));
    }

    /// Waits until the diagnostics of a file are these: line and character, both 0-based, source, code and message.
    fn expect(&self, name: &str, expected: &[&str]) {
        let uri = self.uri(name);
        let mut seen = Vec::new();
        let is_expected = |message: &Value| {
            if message["method"] != "textDocument/publishDiagnostics"
                || message["params"]["uri"] != *uri
            {
                return false;
            }
            let all = message["params"]["diagnostics"].as_array().unwrap();
            let shown = |own: &Value| {
                let start = &own["range"]["start"];
                let text = own["message"].as_str().unwrap().lines().next().unwrap().to_owned();
                let code = own["code"].as_str().unwrap_or_default();
                format!(
                    "{}:{} {}[{code}] {text}",
                    start["line"],
                    start["character"],
                    own["source"].as_str().unwrap()
                )
            };
            all.iter().map(shown).collect::<Vec<_>>() == expected
        };
        loop {
            match self.messages.recv_timeout(Duration::from_secs(60)) {
                Ok(message) if is_expected(&message) => return,
                Ok(message) => seen.push(message),
                Err(error) => panic!("{error}: expected {expected:?} in {seen:#?}"),
            }
        }
    }

    /// Ends the session. Returns the exit status and standard error.
    fn end(mut self) -> (ExitStatus, String) {
        self.send(json!({"id": 2, "method": "shutdown"}));
        self.receive(|message| message["id"] == 2);
        self.send(json!({"method": "exit"}));
        self.close()
    }

    /// Closes the streams. Returns the exit status and standard error.
    fn close(mut self) -> (ExitStatus, String) {
        self.stdin = None;
        let mut stderr = String::new();
        self.server.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let status = self.server.wait().unwrap();
        let left: Vec<_> = fs::read_dir(self.temporary.path()).unwrap().flatten().collect();
        assert!(left.is_empty(), "temporary files are left: {left:?}");
        (status, stderr)
    }
}

/// A compiler that reports each `@` in JSON of this project.
const MYCC: &str = r#"
cd "$1"; grep -nob @ "$2" | while IFS=: read -r line lo rest; do
    at='"file":"'$2'","lo":'$lo',"hi":'$((lo + 1))',"line":'$line',"col":1'
    echo '{"severity":"error","code":"E1","message":"illegal","primary":{'$at'},"labels":[{"style":"primary",'$at',"message":null}],"help":null,"notes":[]}'
done"#;

#[test]
fn a_command_serves_its_documents() {
    let args =
        ["--extension", "x", "--name", "mycc", "--", "sh", "-c", MYCC, "mycc", "{root}", "{file}"];
    let mut editor = Editor::new(&args, &[("a.x", "@"), ("b.y", "@")]);
    editor.open("a.x", "x", "@");
    editor.expect("a.x", &["0:0 mycc[E1] illegal"]);
    editor.change("a.x", 2, "\u{1f600}@\n");
    editor.expect("a.x", &["0:2 mycc[E1] illegal"]);
    editor.change("a.x", 3, "ok\n");
    editor.expect("a.x", &[]);
    editor.open("b.y", "y", "@");
    editor.change("a.x", 4, "@\n@");
    editor.expect("a.x", &["0:0 mycc[E1] illegal", "1:0 mycc[E1] illegal"]);
    let (status, stderr) = editor.end();
    assert!(status.success() && stderr.is_empty(), "{status} {stderr}");
}

#[test]
fn vitte_toml_configures_several_compilers() {
    let config = format!(
        "[[lsp]]\nextensions = ['x']\ncommand = ['sh', '-c', '''{MYCC}''', 'mycc', '{{dir}}', '{{file}}']\n\
         explain = ['echo', '# Page of', '{{code}}']\n\n\
         [[lsp]]\nextensions = ['y']\nrun = 'save'\ncommand = ['sh', '-c', 'echo oops >&2; exit 3', 'cc', '{{file}}']\n"
    );
    let mut editor = Editor::new(&[], &[("vitte.toml", &config), ("sub/a.x", ""), ("b.y", "")]);
    editor.open("sub/a.x", "x", "\n@");
    editor.expect("sub/a.x", &["1:0 sh[E1] illegal"]);
    let position = json!({"line": 1, "character": 0});
    let params = json!({"textDocument": {"uri": editor.uri("sub/a.x")}, "position": position});
    editor.send(json!({"id": 5, "method": "textDocument/hover", "params": params}));
    let hover = editor.receive(|message| message["id"] == 5).to_string();
    assert!(hover.contains("Page of E1"), "{hover}");
    editor.open("b.y", "y", "");
    editor.expect("b.y", &["0:0 sh[] `sh` exited with code 3 and reported nothing"]);
    // Changed while the server runs.
    editor.save("vitte.toml", "[[lsp]]\ncomand = []\n");
    let params = json!({"changes": [{"uri": editor.uri("vitte.toml"), "type": 2}]});
    editor.send(json!({"method": "workspace/didChangeWatchedFiles", "params": params}));
    let path = editor.dir.path().canonicalize().unwrap().join("vitte.toml");
    let expected = format!(
        "0:0 vitte[] cannot use {}:2:1: unknown key `comand`: did you mean `command`?, and 1 more mistake",
        path.display()
    );
    editor.expect("b.y", &[&expected]);
    assert!(editor.end().0.success());
}

/// Returns the first `vitte.toml` of the manual.
fn manual() -> String {
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/lsp-command.md"))
            .unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    rest.split("```").next().unwrap().to_owned()
}

#[test]
fn the_manual_serves_rust_and_c() {
    let config = manual();
    let mut editor = Editor::new(&[], &[("vitte.toml", &config), ("src/lib.rs", ""), ("x.rs", "")]);
    editor.open("src/lib.rs", "rust", "#[path = \"../x.rs\"] mod x;\npub fn f() -> u8 { x::Ü }\n");
    editor.open("x.rs", "rust", "pub const Ü: u8 = \"\u{1f600}\";\n");
    editor.expect("x.rs", &["0:18 rustc[E0308] mismatched types"]);
    editor.change("x.rs", 2, "pub const Ü: u8 = 1;\n");
    editor.expect("x.rs", &[]);
    if std::env::var_os("VITTE_NEEDS_GCC").is_some_and(|is| is == "1") {
        editor.open("a.c", "c", "#include \"a.h\"\nchar *s = \"\u{1f600}\" + x;\n");
        editor.open("a.h", "c", "enum { x = y };\n");
        editor.expect("a.h", &["0:11 gcc[] 'y' undeclared here (not in a function)"]);
    }
    assert!(editor.end().0.success());
}

#[test]
fn commands_run_again_when_a_file_is_saved() {
    // The number of lines of all files is the exit code.
    let count = "exit $(cat \"$1\"/*.? | grep -c .)";
    let table = |rest: &str| {
        format!(
            "[[lsp]]\ncommand = ['sh', '-c', '{count}', 'cc', '{{root}}', '{{file}}']\n{rest}\n"
        )
    };
    let config = table("extensions = ['x']") + &table("extensions = ['y']\nrun = 'save'");
    let mut editor = Editor::new(&[], &[("vitte.toml", &config), ("a.x", "1\n"), ("b.y", "1\n")]);
    let code = |code: u32| format!("0:0 sh[] `sh` exited with code {code} and reported nothing");
    editor.open("a.x", "x", "1\n");
    editor.expect("a.x", &[&code(2)]);
    editor.open("b.y", "y", "1\n");
    editor.expect("b.y", &[&code(2)]);
    editor.change("b.y", 2, "1\n2\n3\n");
    editor.change("a.x", 2, "1\n2\n");
    // One sees the buffers; the other one has run before.
    editor.expect("a.x", &[&code(5)]);
    editor.save("b.y", "1\n2\n3\n");
    editor.expect("b.y", &[&code(5)]);
    assert!(editor.end().0.success());
}

#[test]
fn a_link_leads_to_the_page_of_the_compiler_that_found_the_code() {
    let json = r#"{"severity":"error","code":"E1","message":"m","primary":{"file":"FILE","lo":0,"hi":1,"line":1,"col":1},"labels":[],"help":null,"notes":[]}"#;
    let table = |name: &str| {
        let json = json.replace("FILE", &format!("a.{name}"));
        format!(
            "[[lsp]]\ncommand = ['echo', '{json}']\nscope = 'file'\nrun = 'change'\nextensions = ['{name}']\ncodes_url = \
             'https://{name}.example/{{code}}'\n"
        )
    };
    let config = table("x") + &table("y");
    let mut editor =
        Editor::new(&[], &[("vitte.toml", &config), ("a.x", "let\n"), ("a.y", "let\n")]);
    for name in ["x", "y"] {
        let file = format!("a.{name}");
        editor.open(&file, name, "let\n");
        let params = json!({"textDocument": {"uri": editor.uri(&file)}});
        editor.send(json!({"id": name, "method": "textDocument/documentLink", "params": params}));
        let links = editor.receive(|message| message["id"] == name);
        let target = format!("https://{name}.example/E1");
        assert_eq!(links["result"][0]["target"], target, "{links}");
    }
    assert!(editor.end().0.success());
}

#[test]
fn without_a_compiler_the_error_says_what_to_write() {
    let mut editor = Editor::new(&[], &[("a.x", "")]);
    editor.open("a.x", "x", "");
    let message = editor.receive(|message| message["method"] == "textDocument/publishDiagnostics");
    assert!(message.to_string().contains("no compiler is configured: there is no"), "{message}");
    let (status, stderr) = editor.end();
    assert_eq!(status.code(), Some(2));
    assert!(stderr.contains("pass a command, such as `vitte lsp -- mycc"), "{stderr}");
    assert!(stderr.contains("[[lsp]]\ncommand = ["), "{stderr}");
}

#[test]
fn mistakes_of_the_command_line_are_errors() {
    for (args, expected) in [
        (
            &["--", "mycc", "{flie}"][..],
            "vitte: unknown placeholder `{flie}` in the argument `{flie}`: did you mean `{file}`?",
        ),
        (&["--", ""], "vitte: the command has no program"),
        (&["--from", "gcc"], "required arguments were not provided"),
        (&["--from", "gc", "--", "a"], "invalid value 'gc' for '--from <FORMAT>'"),
        (&["--extension", "*.c", "--", "a"], "it is not an extension, such as `c`"),
        (&["--extension", "", "--", "a"], "it is not an extension, such as `c`"),
        (&["--timeout", "0", "--", "a"], "it must be more than 0 and at most 86400"),
        (&["--explain", "rustc", "--", "a"], "the command needs an argument with `{code}`"),
        (&["--explain", "'", "--", "a"], "a quotation mark is not closed"),
        (&["gcc", "{file}"], "unexpected argument 'gcc' found"),
    ] {
        let output = vitte().arg("lsp").args(args).stdin(Stdio::null()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(stderr.contains(expected), "{args:?}: {stderr}");
    }
}

#[test]
fn no_command_outlives_the_session() {
    let script = "echo $$ > \"$1/pid\"; sleep 1000 & echo $! >> \"$1/pid\"; wait";
    let args = ["--", "sh", "-c", script, "mycc", "{dir}", "{file}"];
    let mut editor = Editor::new(&args, &[("a.x", "")]);
    editor.open("a.x", "x", "");
    let path = editor.dir.path().join("pid");
    let ids = loop {
        let ids = fs::read_to_string(&path).unwrap_or_default();
        if ids.lines().count() == 2 {
            break ids;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    // The editor is killed, and its streams are closed.
    let (status, _) = editor.close();
    assert_eq!(status.code(), Some(1));
    for id in ids.lines() {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let state = stat.rsplit(')').next().and_then(|rest| rest.trim().chars().next());
        assert!(matches!(state, None | Some('Z' | 'X')), "{id}: {stat}");
    }
}
