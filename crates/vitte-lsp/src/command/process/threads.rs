//! Reads and writes the pipes of a process in threads, on systems where a pipe cannot be read without waiting.

use std::io::{self, Read, Write};
use std::process::Child;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use super::{BLOCK, End, Ended, Limits, MAX_REST, POLL, kill};

/// How long the output of a process is read after its end. Another process that it started may keep the pipe open.
const DRAIN: Duration = Duration::from_millis(200);

/// How many blocks of output wait to be kept.
const MAX_BLOCKS: usize = 4;

type Block = (usize, Vec<u8>);

/// Waits for the end of a process, and reads its output. The threads end when the last process closes the pipes.
///
/// # Errors
///
/// The errors of the system. The process is ended then.
pub(super) fn wait(
    mut child: Child,
    stdin: &[u8],
    begun: Instant,
    limits: &Limits<'_>,
) -> io::Result<Ended> {
    if let Some(mut pipe) = child.stdin.take() {
        let stdin = stdin.to_vec();
        // A process that does not read its input is no error.
        thread::spawn(move || _ = pipe.write_all(&stdin));
    }
    let blocks = blocks(&mut child);
    let mut output = [Vec::new(), Vec::new()];
    let end = read(&mut child, &blocks, &mut output, begun, limits);
    if end.is_err() {
        kill(&mut child);
    }
    let [stdout, stderr] = output;
    Ok(Ended { stdout, stderr, end: end? })
}

fn read(
    child: &mut Child,
    blocks: &Receiver<Block>,
    output: &mut [Vec<u8>; 2],
    begun: Instant,
    limits: &Limits<'_>,
) -> io::Result<End> {
    loop {
        let is_open = keep(blocks, output, &mut [usize::MAX; 2], POLL).is_ok();
        let [stdout, stderr] = &*output;
        if let Some(reason) = limits.reason(begun, stdout, stderr) {
            kill(child);
            return Ok(reason);
        }
        if let Some(status) = child.try_wait()? {
            let (ended, mut rest) = (Instant::now(), [MAX_REST; 2]);
            while is_open && rest != [0, 0] {
                let left = DRAIN.saturating_sub(ended.elapsed());
                if !keep(blocks, output, &mut rest, left).is_ok_and(|is_block| is_block) {
                    break;
                }
            }
            return Ok(End::Exited(status));
        }
        if !is_open {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Waits for a block, and keeps at most the `rest` of its stream. Returns false if there is no block, and an error if there will be
/// none.
fn keep(
    blocks: &Receiver<Block>,
    output: &mut [Vec<u8>; 2],
    rest: &mut [usize; 2],
    limit: Duration,
) -> Result<bool, RecvTimeoutError> {
    match blocks.recv_timeout(limit) {
        Ok((index, block)) => {
            if let (Some(stream), Some(rest)) = (output.get_mut(index), rest.get_mut(index)) {
                let kept = block.get(..block.len().min(*rest)).unwrap_or_default();
                stream.extend_from_slice(kept);
                *rest -= kept.len();
            }
            Ok(true)
        }
        Err(RecvTimeoutError::Timeout) => Ok(false),
        Err(error) => Err(error),
    }
}

fn blocks(child: &mut Child) -> Receiver<Block> {
    let (sender, blocks) = mpsc::sync_channel(MAX_BLOCKS);
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child.stderr.take().map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ];
    for (index, stream) in streams.into_iter().enumerate() {
        let sender = sender.clone();
        thread::spawn(move || {
            if let Some(mut stream) = stream {
                forward(&mut *stream, index, &sender);
            }
        });
    }
    blocks
}

fn forward(stream: &mut dyn Read, index: usize, sender: &SyncSender<Block>) {
    let mut buffer = vec![0; BLOCK];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        let block = buffer.get(..count).unwrap_or_default().to_vec();
        if sender.send((index, block)).is_err() {
            break;
        }
    }
}
