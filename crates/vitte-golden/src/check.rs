//! Checks one case: directives, annotations, goldens, fixes.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use vitte_diag::{Diagnostic, Format, Severity, SourceMap, Span, input, text};

use crate::annotation::{self, Annotation, Kind, Mistake};
use crate::config::Config;
use crate::directive::{self, DeclaredRevisions};
use crate::expectations::Expectations;
use crate::files::{CaseFile, extension};
use crate::fixes;
use crate::golden::{Goldens, shown};
use crate::lookalike;
use crate::messages::{Message, messages};
use crate::normalize::{Rule, Rules, normalize};
use crate::options::{CaseOptions, Expected};
use crate::output::{Compile, Input, Output};
use crate::problem::Problem;

/// The result of a case, which a worker process sends to the process that started it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// What is wrong, for people. `None` if the case passes.
    pub(crate) failure: Option<String>,
    /// The goldens that fit only after normalization.
    pub(crate) normalized: Vec<String>,
    pub(crate) blessed: Vec<PathBuf>,
    /// Whether writing goldens changes the result.
    pub(crate) can_bless: bool,
    /// The whole output as JSON Lines, to compare it with that of another run.
    pub(crate) output: Option<String>,
    /// Whether the case may have left something behind in its process that would affect later cases.
    pub(crate) has_leftovers: bool,
}

/// One case in one revision.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// The name of the case.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) revision: Option<String>,
    /// The golden files of the case that exist.
    pub(crate) goldens: Vec<PathBuf>,
    /// Write goldens instead of comparing them.
    pub(crate) bless: bool,
    /// Return the whole output.
    pub(crate) keep_output: bool,
}

/// Compiles a case and compares everything that is expected of it.
pub(crate) fn check(config: &Config, compiler: &dyn Compile, job: &Job) -> Outcome {
    let case = CaseFile { name: job.name.clone(), path: job.path.clone() };
    let text = match input::read_file(&case.path, u64::from(u32::MAX)) {
        Ok(text) => text,
        Err(error) => {
            let problem = Problem::message(format!("cannot read {}: {error}", shown(&case.path)));
            return finish(&[problem], &SourceMap::new());
        }
    };
    let decoded = decoded(&text);
    let parsed = Parsed::new(config, &decoded, job.revision.as_deref());
    if !parsed.mistakes.is_empty() {
        let mut sources = SourceMap::new();
        let file = sources.insert(&case.path, decoded.into_owned());
        let problem = |mistake: &Mistake| {
            let span = Span::between(file, mistake.range.start, mistake.range.end);
            let mut error = Diagnostic::error(None, span, mistake.message.clone());
            if let Some(help) = &mistake.help {
                error.add_help(help.clone());
            }
            Problem::new(error)
        };
        return finish(&parsed.mistakes.iter().map(problem).collect::<Vec<_>>(), &sources);
    }
    let (revision, options) = (job.revision.as_deref(), &parsed.options);
    let input = Input { case: &case, text: &text, is_changed: false, revision, options };
    Checker { config, compiler, job, parsed: &parsed, input }.run()
}

/// Returns the text of a source as a [`SourceMap`] has it, so that the locations of comments are those of the source.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let mut sources = SourceMap::new();
    let file = sources.insert("", bytes);
    sources.file(file).map_or_else(|_| Cow::default(), |file| file.text().to_owned().into())
}

/// What the comments of a case say.
struct Parsed {
    options: CaseOptions,
    annotations: Vec<Annotation>,
    mistakes: Vec<Mistake>,
}

impl Parsed {
    fn new(config: &Config, text: &str, revision: Option<&str>) -> Self {
        let declared = DeclaredRevisions::find(text, &config.comments);
        let revisions = declared.with_current(revision);
        let (options, of_directives) =
            directive::parse(text, &config.comments, revisions, &config.directives);
        let (annotations, of_annotations) = annotation::parse(text, &config.comments, revisions);
        let mut mistakes = declared.mistakes.clone();
        mistakes.extend(of_directives.into_iter().chain(of_annotations));
        mistakes.extend(lookalike::find(text, &config.comments));
        mistakes.sort_by_key(|mistake| mistake.range.start);
        Self { options, annotations, mistakes }
    }
}

struct Checker<'a> {
    config: &'a Config,
    compiler: &'a dyn Compile,
    job: &'a Job,
    parsed: &'a Parsed,
    input: Input<'a>,
}

impl Checker<'_> {
    fn run(&self) -> Outcome {
        let output = self.compiler.compile(self.input);
        let make_rules = || self.rules();
        let rules = Rules::new(&make_rules);
        let options = self.config.emitter_options();
        let goldens = Goldens {
            case: self.input.case,
            existing: &self.job.goldens,
            revision: self.input.revision,
            options: &options,
            rules: &rules,
            bless: self.job.bless,
        };
        let mut problems = output.problems.clone();
        if output.is_crashed {
            return self.judged(problems, &output);
        }
        problems.extend(self.outcome(&output));
        let mut required = self.config.required.clone();
        let mut formats = self.config.formats.iter();
        let has_golden = formats.any(|&format| goldens.existing(extension(format)).is_some());
        let announces = !self.parsed.annotations.is_empty();
        let passes = self.parsed.options.outcome == Some(Expected::Pass);
        if self.job.bless && !announces && !has_golden && !passes {
            required.push(Format::Human);
        }
        // A golden announces all that it contains. Errors of a case that should pass are reported already.
        let by_golden = !announces && (has_golden || self.job.bless || passes);
        problems.extend(self.announced(&output, by_golden, &rules));
        let mut compared = goldens.check(&output, &self.config.formats, &required);
        if output.problems.is_empty() && self.parsed.options.fixes.unwrap_or(self.config.fixes) {
            compared.merge(fixes::check(self.compiler, self.input, &output, goldens));
        }
        problems.extend(compared.problems);
        let mut outcome = self.judged(problems, &output);
        outcome.normalized = compared.normalized;
        outcome.blessed = compared.blessed;
        let may_create = !announces && !has_golden && !passes && !output.diagnostics.is_empty();
        outcome.can_bless = compared.can_bless || may_create;
        outcome.output = self.job.keep_output.then(|| output.render(Format::Json, &options));
        outcome
    }

    /// Returns the outcome with these problems, which a known bug explains.
    fn judged(&self, mut problems: Vec<Problem>, output: &Output) -> Outcome {
        if let Some(reason) = &self.parsed.options.known_bug {
            problems = match problems.is_empty() {
                true => vec![Problem::message(format!(
                    "the case passes, but has a known bug: {reason}"
                ))],
                false => Vec::new(),
            };
        }
        finish(&problems, &output.sources)
    }

    /// Returns the rules for this case: those of the suite, of the case, and for its directory.
    fn rules(&self) -> Vec<Rule> {
        let dir = self.input.case.path.parent().and_then(|dir| dir.canonicalize().ok());
        let own = dir.and_then(|dir| Rule::dir(&dir, "$DIR"));
        let rules =
            self.config.rules.iter().cloned().chain(self.parsed.options.rules.iter().cloned());
        rules.chain(own).chain(self.config.dir_rules.iter().cloned()).collect()
    }

    /// Compares the outcome with the directives `check-pass` and `check-fail`.
    fn outcome(&self, output: &Output) -> Option<Problem> {
        let first =
            output.diagnostics.iter().find(|diagnostic| diagnostic.severity() >= Severity::Error);
        match (self.parsed.options.outcome, first) {
            (Some(Expected::Pass), Some(error)) => {
                let text = error.render(&output.sources);
                Some(
                    Problem::message("the case has errors, but is expected to pass")
                        .with_text(text),
                )
            }
            (Some(Expected::Fail), None) => {
                Some(Problem::message("the case has no errors, but is expected to fail"))
            }
            _ => None,
        }
    }

    /// Compares the annotations with the diagnostics.
    fn announced(&self, output: &Output, by_golden: bool, rules: &Rules<'_>) -> Vec<Problem> {
        let mut all = messages(&output.diagnostics, &output.sources, output.file);
        all.extend(output.raw.iter().map(|line| Message {
            kind: Kind::Raw,
            code: None,
            text: line.as_str().into(),
            lines: Vec::new(),
            diagnostic: None,
        }));
        let mut unannounced = self.parsed.options.unannounced.clone();
        if by_golden {
            unannounced.extend(Kind::ALL);
        }
        // Messages name the directory of the case as it was passed, which is left as it is in goldens.
        let dir = self.input.case.path.parent().and_then(|dir| Rule::dir(dir, "$DIR"));
        let normalize = |text: &str| normalize(text, rules.iter().chain(&dir)).text;
        let expectations = Expectations {
            annotations: &self.parsed.annotations,
            announced: self.config.announced,
            unannounced: &unannounced,
            summaries: &self.config.summaries,
            normalize: &normalize,
            comments: &self.config.comments,
            sources: &output.sources,
            case: output.file,
        };
        expectations.check(&all)
    }
}

/// Returns the outcome of a case with these problems.
pub(crate) fn finish(problems: &[Problem], sources: &SourceMap) -> Outcome {
    if problems.is_empty() {
        return Outcome::default();
    }
    let mut seen = BTreeSet::new();
    let mut texts: Vec<String> = problems.iter().map(|problem| problem.render(sources)).collect();
    texts.retain(|text| seen.insert(text.clone()));
    let count = texts.len();
    if count > MAX_SHOWN_PROBLEMS {
        texts.truncate(MAX_SHOWN_PROBLEMS);
        texts.push(format!("and {}\n", text::more("problem", count - MAX_SHOWN_PROBLEMS)));
    }
    Outcome { failure: Some(texts.join("\n")), ..Outcome::default() }
}

/// The maximum number of problems of a case that are shown.
const MAX_SHOWN_PROBLEMS: usize = 50;
