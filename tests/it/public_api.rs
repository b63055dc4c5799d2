//! The documented names of the public API, used as a compiler outside this repository uses them.

use std::io;

use vitte_diag::{
    Code, ColorChoice, Diagnostic, DiagnosticBag, Emitter, FileId, HumanEmitter, JsonEmitter,
    Label, LabelStyle, Severity, SourceMap, Span, codes,
};

use crate::common;

#[test]
fn the_documented_program_compiles_and_runs() -> Result<(), Box<dyn std::error::Error>> {
    let workspace = tempfile::tempdir()?;
    std::fs::create_dir(workspace.path().join("src"))?;
    std::fs::write(workspace.path().join("src/main.vitte"), "let total = 1\n")?;

    let mut sources = SourceMap::new();
    let file = sources.add("src/main.vitte", "let x = @\nlet y = 2\n")?;
    let mut rooted = SourceMap::with_root(workspace.path());
    let loaded = rooted.load("src/main.vitte")?;
    assert_eq!(rooted.file(loaded)?.path(), "src/main.vitte");

    let span = sources.span(file, 8..9)?;
    assert_eq!(span, Span::new(file, 8, 9)?);
    assert!(Span::new(file, 9, 8).is_err() && sources.span(file, 8..999).is_err());
    let at = sources.location(span)?;
    assert_eq!((at.path, at.line, at.col), ("src/main.vitte", 1, 9));

    let other = sources.span(file, 10..13)?;
    let mut bag = DiagnosticBag::new();
    bag.push(
        Diagnostic::error(codes::E0001, span, "unexpected character `@`")
            .with_label("not part of any token")
            .with_secondary(other, "the statement starts here")
            .with_note("a note")
            .with_help("help"),
    );
    let pushed: &mut Diagnostic = bag.push_error(codes::E0010, span, "an error");
    pushed.add_note("a note");
    bag.push_warning(codes::W0100, other, "a warning");
    bag.push(Diagnostic::warning(codes::W0100, other, "another"));
    bag.push(Diagnostic::note(Code::new("N0001")?, other, "a note"));
    bag.push(Diagnostic::new(Severity::Fatal, Code::new("X0001")?, other, String::from("fatal")));
    assert!(bag.has_errors() && Code::new("no code").is_err());

    let summary = bag.emit(&sources, &mut HumanEmitter::new(io::sink()))?;
    assert_eq!((summary.fatal, summary.errors, summary.warnings, summary.notes), (1, 2, 2, 1));
    bag.emit(&sources, &mut JsonEmitter::new(io::sink()))?;
    let mut human = HumanEmitter::new(Vec::new());
    let emitter: &mut dyn Emitter = &mut human;
    bag.emit(&sources, emitter)?;
    assert!(human.into_inner().starts_with(b"error[E0001]: unexpected character `@`\n"));
    let _ = HumanEmitter::stderr(ColorChoice::Never);

    let first = bag.ordered().first().map(|entry| entry.diagnostic.clone());
    let labels: Vec<Label> = first.iter().flat_map(Diagnostic::labels).cloned().collect();
    assert_eq!(
        labels.iter().map(Label::style).collect::<Vec<_>>(),
        [LabelStyle::Primary, LabelStyle::Secondary]
    );
    assert_eq!(bag.validate(&sources), []);
    assert_eq!(FileId::new(0), file);
    Ok(())
}

#[test]
fn a_custom_emitter_gets_the_diagnostics_in_order() {
    struct Codes(Vec<String>);
    impl Emitter for Codes {
        fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> io::Result<()> {
            let at =
                sources.location(diagnostic.primary().unwrap().span()).map_err(io::Error::other)?;
            self.0.push(format!("{} {at}", diagnostic.code().unwrap()));
            Ok(())
        }

        fn finish(&mut self) -> io::Result<()> {
            self.0.push("end".to_owned());
            Ok(())
        }
    }
    let scene = common::scene("let ⟦x⟧ = 1");
    let mut codes = Codes(Vec::new());
    scene.bag().emit(&scene.sources, &mut codes).unwrap();
    assert_eq!(codes.0, ["E0042 src/main.vitte:1:5", "end"]);
}
