//! Emitters: a format, its options, and where its output goes.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

#[cfg(feature = "formats")]
use vitte_diag::{
    AzureEmitter, BaselineEmitter, BitbucketEmitter, CheckstyleEmitter, CsvEmitter, GccEmitter,
    GithubEmitter, GitlabEmitter, HtmlEmitter, JunitEmitter, LspEmitter, NarratedEmitter,
    RdjsonEmitter, RdjsonlEmitter, RustcEmitter, SarifEmitter, SonarqubeEmitter, TapEmitter,
    TeamcityEmitter,
};
use vitte_diag::{
    Background, ColorChoice, Diagnostic, DiagnosticBag, Emitter, EmitterOptions, Format,
    FromOptions as _, HumanEmitter, JsonEmitter, ShortEmitter, SourceMap, Stream, Terminal,
};

use crate::failure::{Failure, Result, vd_status};
use crate::policy;

/// A writer that any thread may use.
pub(crate) type Writer = Box<dyn Write + Send + Sync>;

type SharedEmitter = Box<dyn Emitter + Send + Sync>;

/// An emitter of one format.
pub(crate) struct OutputEmitter {
    stage: Stage,
    /// What was written, if the output goes to a buffer.
    buffer: Option<Buffer>,
}

enum Stage {
    /// Nothing was written yet.
    Options(Box<OutputOptions>),
    Output(SharedEmitter),
}

/// The options of an emitter.
pub(crate) struct OutputOptions {
    format: Format,
    writer: Writer,
    /// The standard stream that is written to, which may be a terminal.
    stream: Option<Stream>,
    pub(crate) color: ColorChoice,
    /// In cells, or `None` for the width of the terminal.
    pub(crate) width: Option<u16>,
    /// `None` for that of the terminal.
    pub(crate) background: Option<Background>,
    pub(crate) options: EmitterOptions,
}

/// The bytes that were written to a buffer.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl OutputEmitter {
    /// Creates an emitter that writes to `writer`. `stream` is the standard stream that it writes to, if any.
    pub(crate) fn new(format: Format, writer: Writer, stream: Option<Stream>) -> Self {
        let options = OutputOptions {
            format,
            writer,
            stream,
            color: ColorChoice::Auto,
            width: None,
            background: None,
            options: EmitterOptions::new(policy::default_tool(), Terminal::PLAIN),
        };
        Self { stage: Stage::Options(Box::new(options)), buffer: None }
    }

    /// Returns the options, which cannot be changed any more when something was written.
    pub(crate) fn options(&mut self) -> Result<&mut OutputOptions> {
        match &mut self.stage {
            Stage::Options(options) => Ok(options),
            Stage::Output(_) => {
                let text = "the emitter has written output; set its options before that";
                Err(Failure::new(vd_status::VD_E_BUSY, text))
            }
        }
    }

    /// Writes to `writer` from now on.
    pub(crate) fn set_writer(&mut self, writer: Writer, stream: Option<Stream>) -> Result {
        let options = self.options()?;
        (options.writer, options.stream) = (writer, stream);
        self.buffer = None;
        Ok(())
    }

    /// Writes to a buffer from now on.
    pub(crate) fn set_buffer(&mut self) -> Result {
        let buffer = Buffer::default();
        self.set_writer(Box::new(buffer.clone()), None)?;
        self.buffer = Some(buffer);
        Ok(())
    }

    /// Calls `read` with the bytes in the buffer.
    pub(crate) fn with_buffer<R>(&self, read: impl FnOnce(&mut Vec<u8>) -> R) -> Result<R> {
        let missing = || Failure::argument(&"the emitter does not write to a buffer");
        let Buffer(bytes) = self.buffer.as_ref().ok_or_else(missing)?;
        Ok(read(&mut bytes.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Writes all diagnostics of a bag and ends the output.
    pub(crate) fn emit_bag(&mut self, sources: &SourceMap, bag: &DiagnosticBag) -> Result {
        let result = bag.emit(sources, &mut *self.output()?);
        result.map(drop).map_err(|error| failed(&error))
    }

    /// Writes one diagnostic.
    pub(crate) fn emit(&mut self, sources: &SourceMap, diagnostic: &Diagnostic) -> Result {
        self.output()?.emit(sources, diagnostic).map_err(|error| failed(&error))
    }

    /// Ends the output.
    pub(crate) fn finish(&mut self) -> Result {
        self.output()?.finish().map_err(|error| failed(&error))
    }

    /// Returns the emitter of the format, and creates it if this is the first output.
    fn output(&mut self) -> Result<&mut SharedEmitter> {
        if let Stage::Options(options) = &mut self.stage {
            let writer = std::mem::replace(&mut options.writer, Box::new(io::sink()));
            self.stage = Stage::Output(options.emitter(writer)?);
        }
        match &mut self.stage {
            Stage::Output(emitter) => Ok(emitter),
            Stage::Options(options) => Err(unsupported(options.format)),
        }
    }
}

impl OutputOptions {
    /// Creates the emitter.
    fn emitter(&self, writer: Writer) -> Result<SharedEmitter> {
        let mut options = self.options.clone();
        let mut terminal = match self.stream {
            Some(Stream::Stderr) => Terminal::stderr(self.color),
            Some(Stream::Stdout) => Terminal::stdout(self.color),
            None => Terminal::PLAIN,
        };
        if self.stream.is_none() {
            terminal.color = self.color == ColorChoice::Always;
        }
        terminal.background = self.background.unwrap_or(terminal.background);
        options.terminal = terminal.with_width(self.width.unwrap_or(terminal.width));
        let options = &options;
        Ok(match self.format {
            Format::Human => Box::new(HumanEmitter::from_options(writer, options)),
            Format::Short => Box::new(ShortEmitter::from_options(writer, options)),
            Format::Json => Box::new(JsonEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Narrated => Box::new(NarratedEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Sarif => Box::new(SarifEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Lsp => Box::new(LspEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Github => Box::new(GithubEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Gitlab => Box::new(GitlabEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Junit => Box::new(JunitEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Rdjson => Box::new(RdjsonEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Html => Box::new(HtmlEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Gcc => Box::new(GccEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Rustc => Box::new(RustcEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Checkstyle => Box::new(CheckstyleEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Azure => Box::new(AzureEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Teamcity => Box::new(TeamcityEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Sonarqube => Box::new(SonarqubeEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Bitbucket => Box::new(BitbucketEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Rdjsonl => Box::new(RdjsonlEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Tap => Box::new(TapEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Csv => Box::new(CsvEmitter::from_options(writer, options)),
            #[cfg(feature = "formats")]
            Format::Baseline => Box::new(BaselineEmitter::from_options(writer, options)),
            other => return Err(unsupported(other)),
        })
    }
}

/// Returns the format with a name, if this build of the library has it.
pub(crate) fn format(name: &str) -> Result<Format> {
    let format: Format = name.parse().map_err(|error| Failure::argument(&error))?;
    let is_small = matches!(format, Format::Human | Format::Short | Format::Json);
    if cfg!(feature = "formats") || is_small { Ok(format) } else { Err(unsupported(format)) }
}

fn unsupported(format: Format) -> Failure {
    let text = format!("this build of the library does not have the format `{format}`");
    Failure::new(vd_status::VD_E_UNSUPPORTED, text)
}

fn failed(error: &io::Error) -> Failure {
    Failure::new(vd_status::VD_E_IO, format!("cannot write the output: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "formats")]
    fn every_format_is_supported() {
        for format in Format::ALL {
            let mut emitter = OutputEmitter::new(*format, Box::new(io::sink()), None);
            assert_eq!(emitter.finish(), Ok(()), "{format}");
        }
    }

    #[test]
    fn options_are_fixed_by_the_first_output() {
        let mut emitter = OutputEmitter::new(Format::Json, Box::new(io::sink()), None);
        emitter.set_buffer().unwrap();
        emitter.options().unwrap().width = Some(40);
        emitter.finish().unwrap();
        assert_eq!(emitter.options().map(drop).unwrap_err().status, vd_status::VD_E_BUSY);
        assert_eq!(emitter.set_buffer().unwrap_err().status, vd_status::VD_E_BUSY);
    }
}
