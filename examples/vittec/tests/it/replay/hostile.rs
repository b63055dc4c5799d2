//! Replays of capsules that an attacker has written, and of programs that attack the replay.

use vitte_capsule::replay::VariableOrigin;

use super::*;

#[test]
fn sources_are_not_written_outside_of_the_directory() {
    let outside = tempfile::tempdir().unwrap();
    let outer = outside.path().join("outer.vitte");
    let outer = outer.to_str().unwrap();
    let mut capsule =
        Capsule::new(report(&["/bin/sh", "-c", "pwd; cat \"$0\" \"$1\"", outer, "../up.vitte"]));
    capsule.environment.insert("LD_PRELOAD".into(), "x.so".into());
    capsule.environment.insert("LANG".into(), "C.UTF-8".into());
    for name in [outer, "../up.vitte", "a/../../../b", "", "..", "src/ok.vitte", "nul\0", "C:\\x"] {
        capsule.sources.push(CapsuleSource::new(name, format!("<{name}>")));
    }
    let replay = Replay::new(&capsule).keep_dir(true);
    let plan = replay.plan().unwrap();
    assert_eq!(plan.arguments[2..], ["outer.vitte", "up.vitte"]);
    let names: Vec<_> = plan.variables().into_iter().map(|variable| variable.name).collect();
    assert_eq!(names, ["LANG", "PATH", "TMPDIR", "VITTE_CRASH_DIR"]);
    assert!(plan.notes.iter().any(|note| note.ends_with("LD_PRELOAD")), "{:?}", plan.notes);
    let replayed = plan.run().unwrap();
    let root = replayed.dir.unwrap();
    let output = String::from_utf8(replayed.stdout.tail).unwrap();
    let here = root.canonicalize().unwrap().join("work");
    assert_eq!(output, format!("{}\n<{outer}><../up.vitte>", here.display()));
    assert_eq!(root.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let files = walkdir::WalkDir::new(root.join("work")).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file()).count();
    assert_eq!(files, capsule.sources.len(), "each source has its own file");
    assert!(!Path::new(outer).exists());
    fs::remove_dir_all(root).unwrap();
}

/// Writes a capsule to `c.vittecrash`.
fn write(dir: &Path, capsule: &Capsule) -> String {
    let path = dir.join("c.vittecrash");
    capsule.write(&path).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_environment_has_only_what_is_listed() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let env = script(dir, "git", "exec env");
    let mut capsule = capsule(&[&env, "a.vitte"]);
    capsule.report.program = "git".into();
    for (name, value) in [
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "../evil"),
        ("BASH_FUNC_date%%", "() { evil; }"),
        ("GIT_CONFIG_COUNT", "1"),
        ("PERL5DB", "BEGIN { evil }"),
        ("NODE_PATH", "."),
        ("PYTHONHOME", "."),
        ("DOTNET_STARTUP_HOOKS", "x.dll"),
        ("LUA_INIT", "@x.lua"),
        ("OPENSSL_CONF", "x.cnf"),
        ("HOME", "/evil"),
        ("SHELL", "/evil"),
        ("PATH", "/evil"),
    ] {
        capsule.environment.insert(name.into(), value.into());
    }
    let names = |prefix: Option<&str>| {
        let replay = Replay::new(&capsule);
        let replay = match prefix {
            Some(prefix) => replay.environment_prefix(prefix),
            None => replay,
        };
        let ended = replay.run().unwrap();
        let output = String::from_utf8(ended.stdout.tail).unwrap();
        // The shell of the script sets these.
        let is_own = |name: &&str| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name);
        let names = output.lines().filter_map(|line| line.split('=').next()).filter(is_own);
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort();
        names
    };
    assert_eq!(names(None), ["LANG", "PATH", "TMPDIR", "VITTE_CRASH_DIR"]);
    let with_prefix = ["GIT_CONFIG_COUNT", "LANG", "PATH", "TMPDIR", "VITTE_CRASH_DIR"];
    assert_eq!(names(Some("GIT_")), with_prefix);
    let path = write(dir, &capsule);
    let shown = crash(dir, &["replay", &path, "--dry-run", "--env-prefix=GIT_"]).stdout;
    assert!(shown.contains("GIT_CONFIG_COUNT=1 from the capsule\n"), "{shown}");
    let shown = crash(dir, &["replay", &path, "--dry-run"]).stdout;
    assert!(shown.contains("LANG=C.UTF-8 from the capsule\n"), "{shown}");
    assert!(shown.contains("not set, because they may make a program run other code: "), "{shown}");
    assert!(shown.contains("BASH_FUNC_date%%") && !shown.contains("evil"), "{shown}");
}

#[test]
fn a_program_with_the_crash_handler_gets_its_own_variables() {
    let vittec = program();
    let mut capsule = capsule(&[vittec.to_str().unwrap(), "check", "a.vitte"]);
    capsule.environment.insert("VITTEC_JOBS".into(), "4\n\u{202e}".into());
    capsule.environment.insert("VITTEC_X%%".into(), "() { evil; }".into());
    // The name in the report decides nothing.
    capsule.report.program = "ld".into();
    capsule.environment.insert("LD_PRELOAD".into(), "./x.so".into());
    let replay = Replay::new(&capsule);
    let variables = replay.plan().unwrap().variables();
    let of_capsule = variables.iter().filter(|own| own.origin == VariableOrigin::Capsule);
    let names: Vec<_> = of_capsule.map(|own| &*own.name).collect();
    // Without its feature `crash`, the program has no crash handler.
    assert!(
        names == ["VITTEC_JOBS"] || (!cfg!(feature = "crash") && names.is_empty()),
        "{names:?}"
    );
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), &capsule);
    let shown = crash(dir.path(), &["replay", &path, "--dry-run"]).stdout;
    let value = r"VITTEC_JOBS=$'4\n\342\200\256' from the capsule";
    assert!(names.is_empty() || shown.contains(value), "{shown}");
}

#[test]
fn everything_that_decides_what_runs_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let ran = dir.join("ran");
    let touch = script(dir, "touch", &format!("printf '%s\\0' \"$@\" > {}", ran.display()));
    let arguments = ["a\nb", "a\\nb", "\u{202e}x", "it's", "", "a.vitte", "\u{1b}[2J"];
    let mut capsule = capsule(&[&[&*touch], &arguments[..]].concat());
    capsule.report.version = "0.1.0".into();
    capsule.sources.clear();
    for index in 0..60 {
        capsule.sources.push(CapsuleSource::new(format!("src/m{index}.vitte"), "x\n"));
    }
    for (name, text) in [("Makefile", "all:"), ("json.py", "evil()"), (".git/config", "[core]")] {
        capsule.sources.push(CapsuleSource::new(name, text));
    }
    capsule.sources.push(CapsuleSource::new("src/a\u{202e}b.vitte", ""));
    let path = write(dir, &capsule);
    let asked = crash(dir, &["replay", &path]);
    assert_eq!((asked.code, &*asked.stdout), (2, ""), "{}", asked.stderr);
    for command in ["replay", "reduce"] {
        let dry = crash(dir, &[command, &path, "--dry-run"]);
        assert_eq!((dry.code, &*dry.stderr), (0, ""), "{}", dry.stdout);
        let same = |text: &str| {
            text.replace("10 s\n", "").replace("120 s in total, 10 s for each run\n", "")
        };
        assert!(
            same(&asked.stderr).starts_with(&same(&dry.stdout)),
            "{}\n{}",
            asked.stderr,
            dry.stdout
        );
    }
    assert!(!ran.exists());
    let shown = asked.stderr;
    for row in [
        "\n  recorded by  vittec 0.1.0; the program may be another version\n",
        "/vitte-replay-XXXXXX/work, new and removed afterwards\n",
        "\n  files        64 files from the capsule, 63 lines, 136 B\n",
        "      4 B  Makefile\n",
        "      6 B  json.py\n",
        "      6 B  config\n",
        "      0 B  a_b.vitte\n",
        "... 44 more files (44 .vitte); --list-files shows all\n",
        "\n  input        none\n",
        "\n  time limit   10 s\n",
    ] {
        assert!(shown.contains(row), "{row}: {shown}");
    }
    let all = crash(dir, &["replay", &path, "--dry-run", "--list-files"]).stdout;
    assert!(all.contains("  src/m59.vitte\n") && !all.contains(" more files"), "{all}");

    // A copy of the line runs these arguments.
    let line = shown.lines().find_map(|line| line.strip_prefix("  command      ")).unwrap();
    if let Ok(copied) = Command::new("bash").args(["-c", line]).status() {
        assert!(copied.success());
        let read = fs::read_to_string(&ran).unwrap();
        assert_eq!(read.split_terminator('\0').collect::<Vec<_>>(), arguments);
    }
}

#[test]
fn a_command_line_that_no_crash_handler_records_is_not_run() {
    let dir = tempfile::tempdir().unwrap();
    let long = "x".repeat(100_000);
    for command in [vec!["sh", &*long], vec!["sh"; 100]] {
        let path = write(dir.path(), &capsule(&command));
        let ended = crash(dir.path(), &["replay", &path, "--yes"]);
        assert_eq!((ended.code, &*ended.stdout), (2, ""));
        assert!(ended.stderr.contains("the recorded command line is too long"), "{}", ended.stderr);
        assert!(ended.stderr.len() < 300, "{}", ended.stderr);
    }
}

#[test]
fn a_flood_of_stored_crashes_is_examined_in_part() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let mut planted = capsule(&["x"]);
    planted.report.message = "\u{1b}another ".repeat(5000);
    let planted = Capsule::new(planted.report);
    planted.write(dir.join("planted")).unwrap();
    let flood = |also: &str| {
        format!(
            "d=\"$VITTE_CRASH_DIR/panic/2025-10-22/00000000\"; mkdir -p \"$d\"\nfor i in $(seq 100 399); do \
             cp {}/planted \"$d/2025-10-22T13-05-42-$i-9f8e7d6c.vittecrash\"; done\n\
             ln -s / \"$VITTE_CRASH_DIR/link\"; echo x > \"$VITTE_CRASH_DIR/index.jsonl\"\n{also}",
            dir.display()
        )
    };
    let program = script(dir, "flood", &flood("exit 4"));
    let ended = replay(dir, &[&program, "a.vitte"], &["--time-limit=100"]);
    assert_eq!(ended.code, 1, "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.starts_with("not reproduced: other crashes than "), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("note: 284 crash reports of the run not examined\n"),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.len() < 16 * 700 && !ended.stdout.contains('\u{1b}'), "{}", ended.stdout);

    // The crash that is looked for is found among them.
    let same = dir.join("c.vittecrash");
    let program = dir.join("flood-same");
    let program = program.to_str().unwrap();
    let short = capsule(&[program, "a.vitte"]).fingerprint.short();
    let also = format!(
        "d=\"$VITTE_CRASH_DIR/panic/2020-10-22/{short}\"; mkdir -p \"$d\"; \
         cp {} \"$d/2020-10-22T13-05-42-123-9f8e7d6c.vittecrash\"",
        same.display()
    );
    script(dir, "flood-same", &flood(&also));
    let ended = replay(dir, &[program, "a.vitte"], &["--time-limit=100"]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
}

#[test]
fn the_directory_is_removed_even_if_it_is_read_only() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let lock =
        script(dir, "lock", "mkdir -p a/b/c; ln -s / a/root; chmod 0 a/b/c a/b a . ..; exit 0");
    let ended = replay(dir, &[&lock, "a.vitte"], &[]);
    assert_eq!(ended.code, 1, "{}{}", ended.stdout, ended.stderr);
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["c.vittecrash", "lock"]);
}
