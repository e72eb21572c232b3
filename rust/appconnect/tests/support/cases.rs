//! The hostile documents of `tests/data/badinputs/cases.tsv`, as they are to be served. Its first lines say how it is
//! written.

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/badinputs/cases.tsv");

pub struct Case {
    pub name: String,
    pub content_type: String,
    /// `fatal CODE`, or `ok` and the codes of the problems.
    pub outcome: String,
    /// What is left to run; `-` where it is long.
    pub document: String,
    pub body: Vec<u8>,
}

impl Case {
    /// The code that makes the document unusable.
    pub fn fatal(&self) -> Option<&str> {
        self.outcome.strip_prefix("fatal ")
    }
}

pub fn all() -> Vec<Case> {
    let text = std::fs::read_to_string(CASES).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|row| {
        let cells: Vec<&str> = row.split('\t').collect();
        let [name, _layer, content_type, outcome, document, _then, body] = cells[..] else {
            panic!("{} cells: {row}", cells.len());
        };
        Case {
            name: name.to_owned(),
            content_type: content_type.to_owned(),
            outcome: outcome.to_owned(),
            document: document.to_owned(),
            body: unescape(body.as_bytes(), 0),
        }
    })
    .collect()
}

/// The bytes of a body; `round` is what `\#` stands for.
fn unescape(text: &[u8], round: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return bytes,
            [b'\\', b'x', high, low, tail @ ..] => {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                tail
            }
            [b'\\', b'{', tail @ ..] => {
                let end = tail.iter().position(|byte| *byte == b'}').unwrap();
                let (repeat, tail) = (&tail[..end], &tail[end + 1..]);
                let star = repeat.iter().position(|byte| *byte == b'*').unwrap();
                let count = std::str::from_utf8(&repeat[..star]).unwrap().parse().unwrap();
                bytes.extend((0..count).flat_map(|round| unescape(&repeat[star + 1..], round)));
                tail
            }
            [b'\\', b'#', tail @ ..] => {
                bytes.extend_from_slice(round.to_string().as_bytes());
                tail
            }
            [b'\\', kind, tail @ ..] => {
                let byte = match kind {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'\\' => b'\\',
                    other => panic!("unknown escape {:?}", char::from(*other)),
                };
                bytes.push(byte);
                tail
            }
            [byte, tail @ ..] => {
                bytes.push(*byte);
                tail
            }
        };
    }
}
