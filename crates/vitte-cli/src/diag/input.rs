//! Reads the JSON Lines of compilers, in constant memory.

mod blocks;
mod elements;
mod pipeline;
mod report;

use std::io::{self, IsTerminal as _, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

pub(super) use blocks::reason;
use blocks::{Blocks, Item};
use clap::Args;
pub(super) use elements::{Element, Elements};
use pipeline::Event;
use report::Progress;
pub(super) use report::{MAX_REPORTED_LINES, Report, report_more_lines};
use vitte_diag::json::JsonDiagnostic;

use super::line::{self, Invalid};
use crate::log;

/// The maximum size in bytes of an input that is not read line by line.
pub(super) const MAX_INPUT_BYTES: u64 = 512 << 20;

/// The inputs of a command, and how they are read.
#[derive(Clone, Debug, Args)]
pub(crate) struct InputArgs {
    /// Use N threads [default: the number of processors]; the output is the same for any N
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Skip and report lines of more than SIZE, such as 8M
    #[arg(long, value_name = "SIZE", default_value = "1M", value_parser = parse_size)]
    pub(super) max_line_bytes: usize,
    /// Whether lines and files that cannot be read are not reported.
    #[arg(skip)]
    pub(super) is_quiet: bool,
    /// A copy of standard input, which can be read several times.
    #[arg(skip)]
    pub(super) stdin_copy: Option<PathBuf>,
    /// Never show a progress bar
    #[arg(long)]
    no_progress: bool,
    /// Output of --error-format=json [default: standard input]
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
}

/// Parses a number of bytes, such as 500K; units are powers of 1024.
pub(super) fn parse_size(text: &str) -> Result<usize, String> {
    let size = parse_size::Config::new().with_binary().parse_size(text.trim());
    let size = size.map_err(|error| error.to_string())?;
    match usize::try_from(size) {
        Ok(0) => Err("it must be more than 0".to_owned()),
        Ok(size) => Ok(size),
        Err(error) => Err(error.to_string()),
    }
}

/// What a command does with the lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// Counts or collects them, and writes at the end.
    Collect,
    /// Copies some of them.
    Copy,
    /// Parses all of them, and writes something else. The structs take several times the memory of the lines.
    Parse,
}

impl Mode {
    const fn writes(self) -> bool {
        matches!(self, Self::Copy | Self::Parse)
    }

    const fn block_bytes(self) -> usize {
        match self {
            Self::Collect | Self::Copy => 512 << 10,
            Self::Parse => 64 << 10,
        }
    }
}

/// The blocks that are read, worked on or wait to be written, if no line is longer than a block.
const BLOCKS_IN_FLIGHT: usize = 12;

/// The byte order mark, which some shells write before redirected output.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// Why a line was skipped.
#[derive(Debug)]
pub(super) enum Problem {
    Invalid(Invalid),
    /// It is not a diagnostic of another tool: the reason.
    Unknown(String),
    /// It has more than this number of bytes.
    TooLong(usize),
    /// A diagnostic begins in it that has more than this number of bytes.
    LongDiagnostic(usize),
}

/// The result of a worker for one block.
#[derive(Debug)]
struct Worked<T> {
    result: T,
    /// The number of lines.
    lines: u64,
    /// The number of lines that were skipped.
    bad: u64,
    /// The first ones of them, with their numbers in the block, from 1.
    problems: Vec<(u64, Problem)>,
}

/// The lines of a block that are not blank and not too long, for a worker.
pub(super) struct BlockLines<'b> {
    block: &'b [u8],
    max: usize,
    lines: u64,
    bad: u64,
    problems: Vec<(u64, Problem)>,
}

impl<'b> BlockLines<'b> {
    /// Returns all bytes.
    pub(super) const fn block(&self) -> &'b [u8] {
        self.block
    }

    /// Calls `visit` with each line, including its line end, and its first byte in the block. Collects the errors.
    pub(super) fn each(&mut self, mut visit: impl FnMut(&'b [u8], usize) -> Result<(), Invalid>) {
        let mut start = 0;
        while start < self.block.len() {
            let rest = self.block.get(start..).unwrap_or_default();
            let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let line = rest.get(..len).unwrap_or_default();
            self.lines += 1;
            let (line, skipped) = match line.strip_prefix(BOM) {
                Some(line) => (line, BOM.len()),
                None => (line, 0),
            };
            if line.strip_suffix(b"\n").unwrap_or(line).len() > self.max {
                self.skip(Problem::TooLong(self.max));
            } else if line.first() == Some(&b'{') || !line.trim_ascii().is_empty() {
                if let Err(invalid) = visit(line, start + skipped) {
                    self.skip(Problem::Invalid(invalid));
                }
            }
            start += len;
        }
    }

    fn skip(&mut self, problem: Problem) {
        self.bad += 1;
        if self.bad <= MAX_REPORTED_LINES {
            self.problems.push((self.lines, problem));
        }
    }
}

/// Parses the lines of a block, for [`InputArgs::read`].
pub(super) fn parse_all(lines: &mut BlockLines<'_>) -> Vec<JsonDiagnostic<'static>> {
    let mut all = Vec::new();
    lines.each(|line, _| {
        all.push(line::parse(line)?);
        Ok(())
    });
    all
}

/// What a command does with the result for a block. The bytes are those of the block.
pub(super) type Sink<'s, T> = dyn FnMut(Output<'_, T>, &mut Report<'_>) -> io::Result<()> + 's;

/// What is written.
pub(super) enum Output<'b, T> {
    /// The result for a block.
    Block(&'b [u8], T),
    /// No further input is there yet: what is buffered should be flushed.
    Idle,
    /// An input ends, or none has begun.
    End,
}

impl InputArgs {
    /// Returns the same settings for other inputs.
    pub(super) fn with_files(&self, files: Vec<PathBuf>) -> Self {
        Self { files, ..self.clone() }
    }

    /// Returns true if one of the inputs is standard input.
    pub(super) fn has_stdin(&self) -> bool {
        self.files.is_empty() || self.files.iter().any(|path| path == Path::new("-"))
    }

    /// Calls `work` with the lines of each block on several threads, and `sink` with the results in the order of the
    /// input. Lines and files that cannot be read are reported to standard error. Returns false if there were any.
    ///
    /// A command that writes to a terminal while it reads shows no progress bar.
    pub(super) fn read<T: Send + 'static>(
        &self,
        mode: Mode,
        work: impl Fn(&mut BlockLines<'_>) -> T + Send + Sync + 'static,
        sink: &mut Sink<'_, T>,
    ) -> io::Result<bool> {
        let max = self.max_line_bytes;
        let work = move |block: &[u8]| {
            let mut lines = BlockLines { block, max, lines: 0, bad: 0, problems: Vec::new() };
            let result = work(&mut lines);
            Worked { result, lines: lines.lines, bad: lines.bad, problems: lines.problems }
        };
        self.read_blocks(mode, |blocks| blocks, work, sink)
    }

    /// Calls `sink` with the bytes of the inputs as they are read, which may be parts of lines, and like
    /// [`read`](Self::read) otherwise.
    pub(super) fn read_bytes(&self, sink: &mut Sink<'_, ()>) -> io::Result<bool> {
        let work = |_: &[u8]| Worked { result: (), lines: 0, bad: 0, problems: Vec::new() };
        self.read_blocks(Mode::Parse, Blocks::without_lines, work, sink)
    }

    fn read_blocks<T: Send + 'static>(
        &self,
        mode: Mode,
        configure: impl FnOnce(Blocks) -> Blocks,
        work: impl Fn(&[u8]) -> Worked<T> + Send + Sync + 'static,
        sink: &mut Sink<'_, T>,
    ) -> io::Result<bool> {
        let inputs =
            if self.files.is_empty() { vec![PathBuf::from("-")] } else { self.files.clone() };
        let read = Arc::default();
        let has_bar = !(self.no_progress || mode.writes() && io::stdout().is_terminal());
        let progress = Progress::new(&inputs, Arc::clone(&read), has_bar);
        let max = self.max_line_bytes;
        let stderr: &mut dyn Write =
            if self.is_quiet { &mut io::sink() } else { &mut log::stderr() };
        let mut report = Report::new(stderr, progress);
        let blocks = Blocks::new(inputs, max, mode.block_bytes(), read);
        let blocks = blocks.with_stdin_copy(self.stdin_copy.clone());
        let blocks = if mode.writes() { blocks.without_output() } else { blocks };
        let max_in_flight = BLOCKS_IN_FLIGHT * mode.block_bytes();
        pipeline::run(configure(blocks), self.jobs(), max_in_flight, work, &mut |event| {
            match event {
                Event::Lines(lines, worked) => {
                    sink(Output::Block(&lines, worked.result), &mut report)?;
                    let problems = worked.problems.iter().map(|(line, problem)| (*line, problem));
                    report.block(worked.lines, worked.bad, problems)?;
                    return Ok(Some(lines));
                }
                Event::Other(Item::Start(name)) => {
                    sink(Output::End, &mut report)?;
                    report.start(name)?;
                }
                Event::Other(Item::TooLong) => report.block(1, 1, [(1, &Problem::TooLong(max))])?,
                Event::Other(Item::Failed(reason)) => report.failed(&reason)?,
                Event::Other(Item::NotOpened(name, reason)) => {
                    sink(Output::End, &mut report)?;
                    report.start(name)?;
                    report.failed(&reason)?;
                }
                Event::Other(Item::Lines(_)) => {}
                Event::Idle => sink(Output::Idle, &mut report)?,
            }
            Ok(None)
        })?;
        sink(Output::End, &mut report)?;
        report.finish()
    }

    /// Returns the number of threads.
    pub(super) fn jobs(&self) -> NonZeroUsize {
        let processors = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.jobs.unwrap_or_else(processors)
    }
}
