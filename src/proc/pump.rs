//! From a child's pipe, line by line, without secrets and within limits, to its log and to who watches it.

use std::io::{PipeReader, Read as _, Write};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};

use crate::sys::Clock;

use super::redact::{LineRedactor, Redactor};
use super::start::{self, is_ready};
use super::supervised::{Ended, Limits, Verdict, Watch};

/// Bytes per read.
const CHUNK_BYTES: usize = 64 * 1024;
/// What is kept of one line; the rest of it is dropped and counted.
const LINE_BYTES_MAX: usize = 1024 * 1024;
/// What of one line goes into the log.
const LOG_LINE_BYTES_MAX: usize = 64 * 1024;
/// The last line of a log that was cut off.
const LOG_END: &[u8] = b"[acp: the log has reached its limit and ends here]\n";
/// How many reads may pass before the caller looks at its own affairs again.
const READS_IN_A_ROW_MAX: usize = 64;

/// What a read brought.
pub(super) struct Intake {
    /// Bytes.
    pub(super) bytes: usize,
    /// Why the child is to be ended.
    pub(super) end: Option<Ended>,
}

/// Reads the output of one child.
pub(super) struct Pump<'a> {
    pipe: Option<PipeReader>,
    chunk: Box<[u8]>,
    line: Vec<u8>,
    /// Bytes of the current line that were dropped.
    cut: u64,
    redactor: LineRedactor<'a>,
    log: Log<'a>,
    output_bytes: u64,
    output_bytes_max: u64,
    steps: u64,
    steps_max: Option<u64>,
}

impl<'a> Pump<'a> {
    pub(super) fn new(
        pipe: PipeReader,
        log: &'a mut dyn Write,
        redactor: &'a Redactor,
        limits: &Limits,
    ) -> Self {
        Self {
            pipe: Some(pipe),
            chunk: vec![0; CHUNK_BYTES].into_boxed_slice(),
            line: Vec::new(),
            cut: 0,
            redactor: LineRedactor::new(redactor),
            log: Log::new(log, limits.log_bytes_max),
            output_bytes: 0,
            output_bytes_max: limits.output_bytes_max,
            steps: 0,
            steps_max: limits.steps_max,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.pipe.is_some()
    }

    pub(super) fn output_bytes(&self) -> u64 {
        self.output_bytes
    }

    pub(super) fn dropped_bytes(&self) -> u64 {
        self.log.dropped
    }

    pub(super) fn log_failed(&mut self) -> Option<String> {
        self.log.failed.take()
    }

    /// Waits until there is output, the child has exited, or `wait` is over; whether there is output.
    pub(super) fn wait(&self, exit: Option<&OwnedFd>, wait: Duration, clock: &dyn Clock) -> bool {
        let pipe = self.pipe.as_ref();
        let output = pipe.map(|pipe| PollFd::new(pipe, PollFlags::IN));
        let exit = exit.map(|fd| PollFd::new(fd, PollFlags::IN));
        let mut fds: Vec<PollFd<'_>> = output.into_iter().chain(exit).collect();
        if fds.is_empty() {
            clock.sleep(wait);
            return false;
        }
        // An interruption is a reason to look around like any other.
        start::poll(&mut fds, wait).is_ok_and(|n| n > 0) && pipe.is_some() && is_ready(&fds[0])
    }

    /// Reads once and hands on the lines that are complete now.
    pub(super) fn take(&mut self, watch: &mut dyn Watch) -> Intake {
        let mut chunk = std::mem::take(&mut self.chunk);
        let read = self.pipe.as_mut().map(|pipe| pipe.read(&mut chunk));
        let bytes = match read {
            Some(Ok(n)) => n,
            Some(Err(e)) if e.kind() == std::io::ErrorKind::Interrupted => {
                self.chunk = chunk;
                return Intake {
                    bytes: 0,
                    end: None,
                };
            }
            _ => 0,
        };
        let mut end = None;
        if bytes == 0 {
            self.pipe = None;
            end = self.end_line(watch, false);
        }
        let over = self.output_bytes > self.output_bytes_max;
        self.output_bytes += bytes as u64;
        if over {
            self.log.dropped += bytes as u64;
        } else if let Some(reason) = self.feed(&chunk[..bytes], watch) {
            end = Some(reason);
        }
        self.chunk = chunk;
        if self.output_bytes > self.output_bytes_max {
            end = end.or(Some(Ended::OutputLimit));
        }
        Intake { bytes, end }
    }

    /// Reads for `wait`, whatever the lines say: the child is being ended.
    pub(super) fn drain(&mut self, wait: Duration, clock: &dyn Clock, watch: &mut dyn Watch) {
        let begun = clock.monotonic();
        for _ in 0..READS_IN_A_ROW_MAX {
            let left = wait.saturating_sub(clock.monotonic().saturating_sub(begun));
            if left.is_zero() {
                return;
            }
            if self.wait(None, left, clock) {
                self.take(watch);
            } else if self.pipe.is_some() || left == wait {
                return;
            }
        }
    }

    /// Reads to the end of the stream, but no longer than `bound`: something that cannot be ended may hold it open.
    pub(super) fn finish(&mut self, bound: Duration, clock: &dyn Clock, watch: &mut dyn Watch) {
        let begun = clock.monotonic();
        while self.is_open() && clock.monotonic().saturating_sub(begun) < bound {
            if !self.wait(None, bound, clock) {
                break;
            }
            self.take(watch);
        }
        self.end_line(watch, false);
        self.log.flush();
    }

    fn feed(&mut self, mut bytes: &[u8], watch: &mut dyn Watch) -> Option<Ended> {
        let mut end = None;
        while let Some(at) = bytes.iter().position(|b| *b == b'\n') {
            self.append(&bytes[..at]);
            bytes = &bytes[at + 1..];
            end = end.or(self.end_line(watch, true));
        }
        self.append(bytes);
        end
    }

    fn append(&mut self, bytes: &[u8]) {
        let room = (LINE_BYTES_MAX - self.line.len()).min(bytes.len());
        self.line.extend_from_slice(&bytes[..room]);
        self.cut += (bytes.len() - room) as u64;
    }

    /// Hands the current line on. Without its newline it is the unfinished last one.
    fn end_line(&mut self, watch: &mut dyn Watch, terminated: bool) -> Option<Ended> {
        if !terminated && self.line.is_empty() {
            return None;
        }
        let line = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&line);
        let clean = self.redactor.line(text.trim_end_matches('\r'));
        self.log.line(&clean, std::mem::take(&mut self.cut));
        let verdict = watch.line(&clean);
        drop(clean);
        drop(text);
        self.line = line;
        self.line.clear();
        self.judge(verdict)
    }

    fn judge(&mut self, verdict: Verdict) -> Option<Ended> {
        match verdict {
            Verdict::Continue => None,
            Verdict::End(reason) => Some(reason),
            Verdict::Step => {
                self.steps += 1;
                let over = self.steps_max.is_some_and(|max| self.steps > max);
                over.then_some(Ended::StepLimit)
            }
        }
    }
}

fn cut_note(bytes: u64) -> String {
    format!(" [acp: {bytes} more bytes]")
}

/// A log that does not grow beyond its limit.
struct Log<'a> {
    out: &'a mut dyn Write,
    room: u64,
    is_full: bool,
    dropped: u64,
    failed: Option<String>,
}

impl<'a> Log<'a> {
    fn new(out: &'a mut dyn Write, max: u64) -> Self {
        let end = LOG_END.len() as u64;
        Self {
            out,
            room: max.saturating_sub(end),
            // Not even room for the last line.
            is_full: max < end,
            dropped: 0,
            failed: None,
        }
    }

    fn line(&mut self, text: &str, cut: u64) {
        let kept = &text[..text.floor_char_boundary(LOG_LINE_BYTES_MAX)];
        let cut = cut + (text.len() - kept.len()) as u64;
        let mut line = kept.to_owned();
        if cut > 0 {
            line += &cut_note(cut);
        }
        line.push('\n');
        let bytes = line.len() as u64;
        self.dropped += cut;
        if self.is_full || self.failed.is_some() {
            self.dropped += bytes;
        } else if bytes > self.room {
            self.is_full = true;
            self.dropped += bytes;
            self.write(LOG_END);
        } else {
            self.room -= bytes;
            self.write(line.as_bytes());
        }
    }

    /// A log that cannot be written does not end the run; it is reported.
    fn write(&mut self, bytes: &[u8]) {
        if let Err(e) = self.out.write_all(bytes) {
            self.failed = Some(e.to_string());
            self.dropped += bytes.len() as u64;
        }
    }

    fn flush(&mut self) {
        if let Err(e) = self.out.flush() {
            self.failed.get_or_insert(e.to_string());
        }
    }
}
