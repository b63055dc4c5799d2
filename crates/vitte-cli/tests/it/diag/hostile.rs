//! Inputs that are damaged or hostile.

use std::process::Stdio;

use super::{diag, line, lines};
use crate::common::{CommandResult, dir_with, with_input};
use crate::vitte;

const COMMANDS: [&[&str]; 8] = [
    &["convert", "--to=json"],
    &["convert", "--to=human"],
    &["convert", "--to=sarif"],
    &["filter", "--path=*.c"],
    &["stats"],
    &["stats", "--by=directory,tag,severity"],
    &["top", "--by=file"],
    &["merge"],
];

#[test]
fn nothing_panics_and_valid_lines_are_read() {
    let good = line("error", "E1", "a.c", 0, "good");
    let deep = format!("{}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let numbers = good.replace("\"lo\":0", "\"lo\":1e999");
    let huge = good.replace("\"lo\":0", &format!("\"lo\":{}", "9".repeat(1000)));
    let control = line("error", "E1", "\\u0000\\u001b[2J\\ud83d\\ude00", 0, "\\u0000");
    let surrogate = line("error", "E1", "\\ud800", 0, "m");
    let many = format!(
        "{{\"severity\":\"error\",\"code\":null,\"message\":\"m\",\"primary\":null,\"labels\":[],\"help\":null,\"notes\":[{}\"\"]}}\n",
        "\"\",".repeat(100_000)
    );
    let inputs: [(&str, Vec<u8>, i32); 11] = [
        ("empty", Vec::new(), 0),
        ("blank", b"\n \r\n\t\n".to_vec(), 0),
        ("binary", [&b"\0\xff\xfe\n\x80\n"[..], good.as_bytes()].concat(), 2),
        ("not UTF-8", [&good.as_bytes()[..60], &b"\xff\n"[..], good.as_bytes()].concat(), 2),
        ("nested", [deep, good.clone()].concat().into(), 2),
        ("numbers", [numbers, huge, good.clone()].concat().into(), 2),
        ("controls", [control, good.clone()].concat().into(), 0),
        ("surrogate", [surrogate, good.clone()].concat().into(), 2),
        ("no line end", good.trim_end().into(), 0),
        ("CRLF", good.replace('\n', "\r\n").repeat(3).into(), 0),
        ("many notes", many.into(), 0),
    ];
    let dir = dir_with(&[]);
    for command in COMMANDS {
        for (name, input, code) in &inputs {
            let ended = diag(dir.path(), command, input);
            assert_eq!(ended.code, *code, "{command:?} {name}: {}", ended.stderr);
            assert!(!ended.stderr.contains("panicked"), "{command:?} {name}: {}", ended.stderr);
            assert!(
                !ended.stderr.contains('\u{1b}') && !ended.stdout.contains('\u{1b}'),
                "{command:?} {name}"
            );
        }
    }
}

#[test]
fn what_is_not_a_file_is_reported() {
    let dir = dir_with(&[("in", &lines(3)), ("dir/x", "")]);
    #[cfg(unix)]
    assert!(
        std::process::Command::new("mkfifo")
            .arg(dir.path().join("pipe"))
            .status()
            .unwrap()
            .success()
    );
    for command in COMMANDS {
        let ended = diag(dir.path(), &[command, &["none", "dir", "in"]].concat(), b"");
        assert_eq!(ended.code, 2);
        assert!(ended.stderr.contains("vitte: cannot read `none`: "), "{}", ended.stderr);
        assert!(
            ended.stderr.contains("vitte: cannot read `dir`: it is a directory"),
            "{}",
            ended.stderr
        );
        assert!(!ended.stdout.is_empty(), "{command:?}");
        #[cfg(unix)]
        {
            let ended = diag(dir.path(), &[command, &["pipe"]].concat(), b"");
            assert!(
                ended.stderr.contains("`pipe`: it is a pipe, not a regular file; pass `-`"),
                "{}",
                ended.stderr
            );
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn errors_of_writing_are_reported_except_a_closed_pipe() {
    let dir = dir_with(&[("in", &lines(20_000))]);
    for command in COMMANDS {
        let mut vitte = vitte();
        vitte.current_dir(dir.path()).arg("diag").args(command).arg("in").stdin(Stdio::null());
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = vitte.stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("vitte: cannot write the output: "), "{command:?}: {stderr}");
        let mut child = vitte.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            !stderr.contains("panicked") && !stderr.contains("cannot write"),
            "{command:?}: {stderr}"
        );
    }
}

#[test]
#[cfg(unix)]
fn an_input_that_is_the_output_is_rejected() {
    let dir = dir_with(&[("in", &lines(3))]);
    for script in ["filter in >> in", "filter < in >> in", "convert --to=short in >> in"] {
        let script = format!("exec {} diag {script}", env!("CARGO_BIN_EXE_vitte"));
        let mut shell = std::process::Command::new("timeout");
        let output = shell.args(["60", "sh", "-c", &script]).current_dir(dir.path()).output();
        let output = output.unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{script}: {stderr}");
        assert!(stderr.ends_with("it is the output, too\n"), "{script}: {stderr}");
        assert_eq!(std::fs::read_to_string(dir.path().join("in")).unwrap(), lines(3));
    }
}

#[test]
fn text_in_the_log_of_a_server_has_no_commands() {
    let name = "##vso[task.complete]x";
    let (old, new) = (line("error", "E1", name, 0, "a"), line("error", "E1", name, 0, "b"));
    let dir = dir_with(&[("old", &old), ("new", &new), ("##[x", ":")]);
    for arguments in [
        &["stats", "new"][..],
        &["top", "--by=file", "new"],
        &["diff", "old", "new"],
        &["convert", "--to=human", "new"],
        &["convert", "--to=short", "new"],
        &["stats", "##[stop-commands]"],
        &["filter", "##[x"],
        &["convert", "--baseline=##[gone", "--to=json", "new"],
    ] {
        let run = |is_log: bool| {
            let mut vitte = vitte();
            for variable in ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"] {
                vitte.env_remove(variable);
            }
            if is_log {
                vitte.env("GITHUB_ACTIONS", "true");
            }
            vitte.current_dir(dir.path()).arg("diag").args(arguments);
            let ended = CommandResult::new(&with_input(&mut vitte, b""));
            ended.stdout + &ended.stderr
        };
        let plain = run(false);
        assert!(plain.contains("##vso[") || plain.contains("##["), "{arguments:?}: {plain}");
        let expected = plain.replace("##vso[", "##vso⁅").replace("##[", "##⁅");
        assert_eq!(run(true), expected, "{arguments:?}");
    }
}
