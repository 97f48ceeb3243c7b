//! Numbers of any length, past a protocol library that keeps a number as a double, which changes one of 17 digits or
//! more: on the way in such a number becomes a marked text, on the way out that text becomes the number again.
//!
//! What a double holds stays as it is, so that the library reads its own numbers. A text that begins with the mark gets
//! it twice, so that no text can play a number.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a marked text begins with: no character of any script.
const MARK: &str = "\u{e000}";
/// The same as JSON may write it, the letter in either case.
const ESCAPED_MARKS: [&str; 2] = ["\\ue000", "\\uE000"];
/// Bytes of a number beyond which it is none that anybody holds, and passes as it is.
const MAX_NUMBER_BYTES: usize = 400;
/// Bytes read at a time.
const STEP: usize = 8 * 1024;

/// JSON text with numbers hidden that a double does not hold.
pub(super) fn hidden(json: &str) -> String {
    whole(&mut Hiding::default(), json)
}

/// JSON text with the numbers as they were before they were hidden.
pub(super) fn shown(json: &str) -> String {
    whole(&mut Showing::default(), json)
}

fn whole(filter: &mut impl Filter, json: &str) -> String {
    let mut out = Vec::with_capacity(json.len());
    json.bytes().for_each(|byte| filter.put(byte, &mut out));
    filter.end(&mut out);
    // Filters add and drop whole characters.
    String::from_utf8(out).unwrap_or_default()
}

/// Rewrites a stream of JSON texts, byte by byte, however it is cut.
pub(super) trait Filter {
    /// Takes a byte, and gives what is settled by it.
    fn put(&mut self, byte: u8, out: &mut Vec<u8>);

    /// Gives what was kept back.
    fn end(&mut self, out: &mut Vec<u8>);
}

/// Where in a JSON text a byte stands.
#[derive(Debug, Default)]
enum Place {
    /// Between strings.
    #[default]
    Outside,
    /// In a number, of which these are the bytes so far.
    Number(Vec<u8>),
    /// In a number that is too long to be one.
    LongNumber,
    /// At the beginning of a string, behind its quote and these bytes, which may become the mark.
    Beginning(Vec<u8>),
    /// In a string.
    Text,
    /// Behind a backslash in a string.
    Escape,
}

impl Place {
    /// Goes on by a byte that was given as it is.
    fn pass(&mut self, byte: u8) {
        *self = match (&self, byte) {
            (Self::Text, b'"') => Self::Outside,
            (Self::Text, b'\\') => Self::Escape,
            (Self::Outside, _) => Self::Outside,
            _ => Self::Text,
        };
    }
}

/// Gives bytes within a string as they are.
fn pass_all(bytes: &[u8], place: &mut Place, out: &mut Vec<u8>) {
    *place = Place::Text;
    for byte in bytes {
        out.push(*byte);
        place.pass(*byte);
    }
}

/// Hides numbers.
#[derive(Debug, Default)]
pub(super) struct Hiding(Place);

impl Filter for Hiding {
    fn put(&mut self, byte: u8, out: &mut Vec<u8>) {
        match &mut self.0 {
            Place::Outside if byte == b'"' => {
                out.push(byte);
                self.0 = Place::Beginning(Vec::new());
            }
            Place::Outside if byte == b'-' || byte.is_ascii_digit() => self.0 = Place::Number(vec![byte]),
            Place::Number(number) if is_of_number(byte) => {
                number.push(byte);
                if number.len() > MAX_NUMBER_BYTES {
                    out.append(number);
                    self.0 = Place::LongNumber;
                }
            }
            Place::LongNumber if is_of_number(byte) => out.push(byte),
            Place::Number(_) | Place::LongNumber => {
                self.end(out);
                self.put(byte, out);
            }
            Place::Beginning(begun) => {
                begun.push(byte);
                let begun = std::mem::take(begun);
                let marks = || [MARK].into_iter().chain(ESCAPED_MARKS);
                if marks().any(|mark| mark.as_bytes() == begun) {
                    out.extend(MARK.as_bytes());
                    out.extend(&begun);
                    self.0 = Place::Text;
                } else if marks().any(|mark| mark.as_bytes().starts_with(&begun)) {
                    self.0 = Place::Beginning(begun);
                } else {
                    pass_all(&begun, &mut self.0, out);
                }
            }
            place => {
                out.push(byte);
                place.pass(byte);
            }
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        match std::mem::take(&mut self.0) {
            Place::Number(number) if is_exact(&number) => out.extend(number),
            Place::Number(number) => {
                out.push(b'"');
                out.extend(MARK.as_bytes());
                out.extend(number);
                out.push(b'"');
            }
            Place::Beginning(begun) => out.extend(begun),
            _ => {}
        }
    }
}

/// Shows numbers again.
#[derive(Debug, Default)]
pub(super) struct Showing(Place);

impl Filter for Showing {
    fn put(&mut self, byte: u8, out: &mut Vec<u8>) {
        match &mut self.0 {
            Place::Outside if byte == b'"' => self.0 = Place::Beginning(Vec::new()),
            Place::Beginning(begun) => {
                begun.push(byte);
                let begun = std::mem::take(begun);
                let behind = begun.strip_prefix(MARK.as_bytes());
                match behind {
                    // It stood twice.
                    Some(behind) if behind == MARK.as_bytes() => {
                        out.push(b'"');
                        pass_all(behind, &mut self.0, out);
                    }
                    Some([number @ .., b'"']) if is_number(number) => {
                        out.extend(number);
                        self.0 = Place::Outside;
                    }
                    Some(behind) if may_be_number(behind) || MARK.as_bytes().starts_with(behind) => {
                        self.0 = Place::Beginning(begun);
                    }
                    None if MARK.as_bytes().starts_with(&begun) => self.0 = Place::Beginning(begun),
                    _ => {
                        out.push(b'"');
                        pass_all(&begun, &mut self.0, out);
                    }
                }
            }
            place => {
                out.push(byte);
                place.pass(byte);
            }
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if let Place::Beginning(begun) = std::mem::take(&mut self.0) {
            out.push(b'"');
            out.extend(begun);
        }
    }
}

fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || b"+-.eE".contains(&byte)
}

fn may_be_number(bytes: &[u8]) -> bool {
    bytes.len() <= MAX_NUMBER_BYTES && bytes.iter().all(|byte| is_of_number(*byte))
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Whether a number is written as it was once it was read.
fn is_exact(number: &[u8]) -> bool {
    match serde_json::from_str::<Value>(text(number)).map(|read| read.to_string()) {
        Ok(written) => written == text(number),
        // One beyond every double is hidden too; what is no number at all is the library's to refuse.
        Err(_) => !is_number(number),
    }
}

/// Whether bytes are a JSON number. <https://www.rfc-editor.org/rfc/rfc8259#section-6>
fn is_number(bytes: &[u8]) -> bool {
    may_be_number(bytes) && serde_json::from_slice::<&serde_json::value::RawValue>(bytes).is_ok()
}

/// What is read through a filter.
#[derive(Debug)]
pub(super) struct Filtered<S, F> {
    stream: S,
    filter: F,
    /// What is settled, and not passed on yet.
    settled: Vec<u8>,
}

impl<S, F: Filter + Default> Filtered<S, F> {
    /// A stream through a fresh filter.
    pub(super) fn new(stream: S) -> Self {
        Self { stream, filter: F::default(), settled: Vec::new() }
    }
}

impl<S: AsyncRead + Unpin, F: Filter + Unpin> AsyncRead for Filtered<S, F> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let mut is_over = false;
        while this.settled.is_empty() && !is_over {
            let mut bytes = [0; STEP];
            let mut read = ReadBuf::new(&mut bytes);
            ready!(Pin::new(&mut this.stream).poll_read(context, &mut read))?;
            read.filled().iter().for_each(|byte| this.filter.put(*byte, &mut this.settled));
            is_over = read.filled().is_empty();
            if is_over {
                this.filter.end(&mut this.settled);
            }
        }
        let fits = this.settled.len().min(to.remaining());
        to.put_slice(&this.settled[..fits]);
        this.settled.drain(..fits);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin, F: Filter + Unpin> Filtered<S, F> {
    /// Writes what is settled.
    fn poll_settled(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.settled.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, &self.settled))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.settled.drain(..written);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin, F: Filter + Unpin> AsyncWrite for Filtered<S, F> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_settled(context))?;
        from.iter().for_each(|byte| this.filter.put(*byte, &mut this.settled));
        Poll::Ready(Ok(from.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_settled(context))?;
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.filter.end(&mut this.settled);
        ready!(this.poll_settled(context))?;
        Pin::new(&mut this.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use proptest::test_runner::{Config, TestRunner};
    use serde_json::value::RawValue;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// What JSON texts hold that matters here: numbers a double holds and others, texts that begin with the mark or with
    /// a part of it, escapes, and several messages behind each other.
    const TEXTS: [&str; 12] = [
        r#"{"a":1234567890123456.78,"b":[0.1,-123456789012345678901234567890],"c":12.50}"#,
        r#"{"id":9007199254740993,"n":18446744073709551616,"e":1e400,"z":-0,"x":1E+2}"#,
        "{\"t\":\"\u{e000}5\",\"u\":\"\u{e000}\u{e000}\",\"v\":\"\u{e000}\"}",
        "[\"\u{e001}\",\"\u{e000}\u{e001}\",\"ab\u{e000}1\"]",
        r#"["\\","\"",""," ","1234567890123456.78","\"1234567890123456.78",{"1234567890123456.78":1.0}]"#,
        "{\"a\":1}\n{\"a\":1234567890123456.78}\n",
        "1234567890123456.78",
        "data: {\"a\":[1234567890123456.78]}\n\nid: 3/0\n\n",
        "[-9223372036854775809,9223372036854775807,18446744073709551615]",
        "[1.7976931348623157e308,123456789.12345678,0.30000000000000004,100000000000000000000.5]",
        "[\"\\u00e0000\",\"\\ue00\"]",
        "\"open \u{e000}",
    ];

    #[test]
    fn what_is_hidden_and_shown_is_what_it_was() {
        for text in TEXTS {
            assert_eq!(shown(&hidden(text)), text, "{}", hidden(text));
        }
    }

    #[test]
    fn an_escaped_mark_is_a_text_as_well() {
        for text in [r#"["\ue0001","\uE0005","\ue000\ue000"]"#, r#"{"\ue0001":"\uE000-1.5"}"#] {
            let value: Value = serde_json::from_str(&hidden(text)).unwrap();
            let back: Value = serde_json::from_str(&shown(&value.to_string())).unwrap();
            assert_eq!(back, serde_json::from_str::<Value>(text).unwrap());
        }
    }

    #[test]
    fn a_library_that_reads_doubles_passes_every_digit_on() {
        let text = r#"{"a":[1234567890123456.78,123456789012345678901234567890,1e400,0.1,12],"b":{"c":-0.0}}"#;
        let value: Value = serde_json::from_str(&hidden(text)).unwrap();
        assert_eq!(shown(&value.to_string()), text);
        assert!(value["a"][0].is_string() && value["a"][3].is_number() && value["a"][4].is_number(), "{value}");
    }

    #[test]
    fn what_is_no_number_stays_the_librarys_to_refuse() {
        for text in ["01", "1.", "--1", "1e", "[1,2", &"9".repeat(1_000)] {
            assert_eq!(hidden(text), text);
        }
    }

    #[test]
    fn whatever_comes_is_shown_as_it_was_and_json_stays_json() {
        // What the texts above are made of, in any order.
        const PIECES: [&str; 24] = [
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "\\\"",
            "\\ue000",
            "\\uE000",
            "\\ue0",
            "\u{e000}",
            "\u{e001}",
            "-",
            "0",
            "9",
            "1234567890123456.78",
            "1e400",
            ".5",
            "E+",
            " ",
            "\n",
            "true",
        ];
        let config = Config { cases: 20_000, failure_persistence: None, ..Config::default() };
        let piece = prop_oneof![9 => select(&PIECES[..]).prop_map(str::to_owned), 1 => ".{0,3}"];
        let anything = vec(piece, 0..14).prop_map(|pieces| pieces.concat());
        let within = vec(select(&PIECES[5..]), 0..5).prop_map(|pieces| format!("\"{}\"", pieces.concat()));
        let number = select(&["0", "-1.50", "1234567890123456.78", "1e400", "9007199254740993"][..]);
        let item = prop_oneof![number.prop_map(str::to_owned), within];
        let list = vec(item, 0..6).prop_map(|items| format!("[{}]", items.join(" ,")));
        let texts = prop_oneof![anything, list];
        let json_texts = Cell::new(0);
        let ran = TestRunner::new(config).run(&texts, |text| {
            let hidden = hidden(&text);
            if let Ok(value) = serde_json::from_str::<&RawValue>(&text) {
                json_texts.set(json_texts.get() + 1);
                // A library reads it, and writes what shows the same digits.
                let read: Value =
                    serde_json::from_str(&hidden).map_err(|error| TestCaseError::fail(error.to_string()))?;
                let back = shown(&read.to_string());
                prop_assert_eq!(exact(&back)?, exact(value.get())?);
            }
            // A mark that is written as an escape only comes back once a library has read it.
            if !text.to_lowercase().contains("\\ue000") {
                prop_assert_eq!(shown(&hidden), text);
            }
            Ok(())
        });
        if let Err(error) = ran {
            panic!("{error}");
        }
        assert!(json_texts.get() > 2_000, "{json_texts:?}");
    }

    /// A JSON text with the digits it has, and without what says nothing: space and the spelling of strings.
    fn exact(text: &str) -> Result<String, TestCaseError> {
        let read = serde_json::from_str::<crate::exact::Value>(text);
        read.map(|value| value.to_string()).map_err(|error| TestCaseError::fail(error.to_string()))
    }

    #[tokio::test]
    async fn a_stream_is_the_same_however_it_is_cut() {
        for text in TEXTS.map(|text| format!("{text}\n")) {
            for size in 1..9 {
                let (mut theirs, ours) = tokio::io::duplex(size);
                let mut reading = Filtered::<_, Hiding>::new(ours);
                let sent = text.clone();
                let writing = tokio::spawn(async move { theirs.write_all(sent.as_bytes()).await });
                let mut read = String::new();
                reading.read_to_string(&mut read).await.unwrap();
                writing.await.unwrap().unwrap();
                assert_eq!(read, hidden(&text), "{text}");
                let (mut theirs, ours) = tokio::io::duplex(size);
                let mut out = Filtered::<_, Showing>::new(ours);
                let writing = tokio::spawn(async move {
                    out.write_all(read.as_bytes()).await.unwrap();
                    out.shutdown().await.unwrap();
                });
                let mut back = String::new();
                theirs.read_to_string(&mut back).await.unwrap();
                writing.await.unwrap();
                assert_eq!(back, text);
            }
        }
    }
}
