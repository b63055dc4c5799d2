//! What a driver writes: formats, and where each goes.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{fmt, io};

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::HEADING;
use super::output_file::{FileEmitter, resolved};
use crate::emit::{Emitter, EmitterOptions, Format, FormatError, Stream, Tee};
use crate::text;

/// Where an output is written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Destination {
    /// A standard stream.
    Stream(Stream),
    /// A file, which is replaced as a whole when the output is complete.
    File(PathBuf),
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(Stream::Stderr) => f.write_str("standard error"),
            Self::Stream(Stream::Stdout) => f.write_str("standard output"),
            Self::File(path) => write!(f, "`{}`", text::one_line(&path.to_string_lossy())),
        }
    }
}

/// A format and where it is written: `FORMAT`, which goes to the [stream](Format::stream) of the format; `FORMAT=-`,
/// which goes to standard output; or `FORMAT=FILE`. `/dev/stdout` and `/dev/stderr` are the streams.
///
/// ```
/// use vitte_diag::Format;
/// use vitte_diag::cli::{Destination, OutputSpec};
///
/// let spec: OutputSpec = "sarif=out.sarif".parse()?;
/// assert_eq!(spec.format, Format::Sarif);
/// assert_eq!(spec.destination, Destination::File("out.sarif".into()));
/// # Ok::<(), vitte_diag::cli::OutputSpecError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct OutputSpec {
    /// The format.
    pub format: Format,
    /// Where it is written.
    pub destination: Destination,
}

impl From<Format> for OutputSpec {
    fn from(format: Format) -> Self {
        Self { format, destination: Destination::Stream(format.stream()) }
    }
}

impl FromStr for OutputSpec {
    type Err = OutputSpecError;

    fn from_str(spec: &str) -> Result<Self, Self::Err> {
        let Some((format, destination)) = spec.split_once('=') else {
            return spec.parse().map(Format::into).map_err(OutputSpecError::Format);
        };
        let format: Format = format.parse().map_err(OutputSpecError::Format)?;
        let destination = match destination {
            "" => return Err(OutputSpecError::NoFile(format)),
            "-" | "/dev/stdout" => Destination::Stream(Stream::Stdout),
            "/dev/stderr" => Destination::Stream(Stream::Stderr),
            path => Destination::File(path.into()),
        };
        Ok(Self { format, destination })
    }
}

impl fmt::Display for OutputSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = self.format;
        match &self.destination {
            Destination::Stream(stream) if *stream == format.stream() => write!(f, "{format}"),
            Destination::Stream(Stream::Stdout) => write!(f, "{format}=-"),
            Destination::Stream(Stream::Stderr) => write!(f, "{format}=/dev/stderr"),
            Destination::File(path) => write!(f, "{format}={}", path.display()),
        }
    }
}

/// The error for a text that is not an [`OutputSpec`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum OutputSpecError {
    /// The format is unknown.
    Format(FormatError),
    /// There is nothing after `=`.
    NoFile(Format),
}

impl fmt::Display for OutputSpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(error) => error.fmt(f),
            Self::NoFile(format) => {
                write!(f, "`{format}=` has no file; use `{format}=-` for standard output")
            }
        }
    }
}

impl std::error::Error for OutputSpecError {}

/// The outputs of a driver: at least one, and no two at one destination. The default is [`Format::Human`].
///
/// It is the flag `--error-format`, which may be repeated, for flattening into the arguments of a driver; a part of
/// [`DiagnosticArgs`](super::DiagnosticArgs).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outputs(Vec<OutputSpec>);

impl Default for Outputs {
    fn default() -> Self {
        Self(vec![Format::Human.into()])
    }
}

impl Outputs {
    /// Creates a list of outputs; an empty one is the default.
    ///
    /// # Errors
    ///
    /// An [`OutputsError`] if two outputs have one destination, also through `..` and symbolic links.
    pub fn new(specs: impl IntoIterator<Item = OutputSpec>) -> Result<Self, OutputsError> {
        let mut all: Vec<OutputSpec> = Vec::new();
        for spec in specs {
            let own = identity(&spec.destination);
            match all.iter().find(|other| identity(&other.destination) == own) {
                Some(other) => {
                    let destination = spec.destination;
                    let formats = (other.format, spec.format);
                    return Err(OutputsError { formats, destination });
                }
                None => all.push(spec),
            }
        }
        Ok(if all.is_empty() { Self::default() } else { Self(all) })
    }

    /// Returns the outputs in the order in which they were named.
    #[must_use]
    pub fn specs(&self) -> &[OutputSpec] {
        &self.0
    }

    /// Returns true if one of the outputs goes to the stream.
    #[must_use]
    pub fn writes_to(&self, stream: Stream) -> bool {
        self.0.iter().any(|spec| spec.destination == Destination::Stream(stream))
    }

    /// Returns true if an output in a format goes to a file, also through links.
    #[must_use]
    pub fn writes_to_file(&self, format: Format, path: &Path) -> bool {
        let file = identity(&Destination::File(path.to_owned()));
        self.0.iter().any(|spec| spec.format == format && identity(&spec.destination) == file)
    }

    pub(super) fn first_on_a_stream(&self) -> Option<(Format, Stream)> {
        self.0.iter().find_map(|spec| match spec.destination {
            Destination::Stream(stream) => Some((spec.format, stream)),
            Destination::File(_) => None,
        })
    }

    /// Returns an emitter of all outputs. `options` returns the options for a destination.
    ///
    /// See [`DiagnosticArgs::emitter`](super::DiagnosticArgs::emitter) for files and errors.
    pub fn emitter(
        &self,
        mut options: impl FnMut(&Destination) -> EmitterOptions,
    ) -> Box<dyn Emitter> {
        let mut emitters = self.0.iter().map(|OutputSpec { format, destination }| {
            let options = options(destination);
            match destination {
                Destination::Stream(Stream::Stderr) => format.emitter(io::stderr(), &options),
                Destination::Stream(Stream::Stdout) => format.emitter(io::stdout(), &options),
                Destination::File(path) => Box::new(FileEmitter::new(path, *format, &options)),
            }
        });
        match (emitters.next(), self.0.len()) {
            (Some(only), 1) => only,
            (first, _) => Box::new(first.into_iter().chain(emitters).fold(Tee::new(), Tee::with)),
        }
    }
}

/// Returns a destination in a form that can be compared.
fn identity(destination: &Destination) -> Destination {
    match destination {
        Destination::Stream(_) => destination.clone(),
        // Not `Path::absolute` alone: it keeps `.` at the end of a path of Windows.
        Destination::File(path) => {
            let path = resolved(path);
            let path = std::path::absolute(&path).unwrap_or(path);
            Destination::File(path.components().collect())
        }
    }
}

/// The error for two outputs with one destination.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputsError {
    formats: (Format, Format),
    destination: Destination,
}

impl fmt::Display for OutputsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { formats: (first, second), destination } = self;
        write!(f, "`{first}` and `{second}` would both be written to {destination}; ")?;
        write!(f, "give one of them a file of its own, such as `{second}=FILE`")
    }
}

impl std::error::Error for OutputsError {}

const ID: &str = "error_format";

impl clap::Args for Outputs {
    fn augment_args(command: Command) -> Command {
        let help = format!(
            "Write diagnostics in FORMAT, to FILE if given (`-` is standard output); may be repeated; FORMAT is one of {} \
             [default: human]",
            Format::names()
        );
        let spec = ValueParser::from(|text: &str| text.parse::<OutputSpec>());
        let flag = Arg::new(ID).long("error-format").help_heading(HEADING);
        let flag = flag.value_name("FORMAT[=FILE]").action(ArgAction::Append).value_parser(spec);
        command.arg(flag.help(help))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Outputs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let specs = matches.get_many::<OutputSpec>(ID).into_iter().flatten().cloned();
        let conflict = clap::error::ErrorKind::ArgumentConflict;
        Self::new(specs).map_err(|error| clap::Error::raw(conflict, error))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        if matches.contains_id(ID) {
            *self = Self::from_arg_matches(matches)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
