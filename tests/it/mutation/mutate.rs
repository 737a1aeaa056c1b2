//! Makes broken input from good input, by chance that can be had again.

/// Bytes of an input, at most.
const LONGEST: usize = 16 * 1024;
/// Bytes of a piece of a text that is broken in place of the whole.
const PIECE: usize = 1500;

/// What means something in one kind of input or another.
const WORDS: &[&[u8]] = &[
    // TOML
    b"[[environment]]\n",
    b"[environment]\n",
    b"[environment.guard]\n",
    b"[[guard.freeze]]\n",
    b"[settings]\n",
    b"[global]\n",
    b"name = \"\"\n",
    b"inherits = \"light\"\n",
    b"inherits = \"mine\"\n",
    b"\"\"\"",
    b"'''",
    b" = ",
    b"{ a.b.c = [",
    b"a.\"\".b = ",
    b"0x7fffffffffffffff",
    b"inf",
    b"-nan",
    b"2026-02-30T25:61:61Z",
    b"24:00",
    b"\\u0000",
    b"\\ud83d",
    b"\"ctrl-\"",
    b"\"ctrl-ctrl-x g\"",
    b"#12345g",
    b"\r\n",
    // JSON
    b"null",
    b"true",
    b"{}",
    b"[]",
    b"{\"seq\":",
    b",\"hash\":\"",
    b"\"event\":\"torn\"",
    b"\"event\":\"ended\"",
    b"\"interrupted\",\"unsent\":[18446744073709551615],\"why\":\"\"",
    b"\"-009999-01-02T01:59:59Z\"",
    b"\"9999-12-30T22:00:00.999999999Z\"",
    b"\"\\ud800\"",
    b"\n",
    b"\0",
    // XML
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<?xml?>",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"&b;",
    b"&#x0;",
    b"&#1114112;",
    b"<DBInstance>",
    b"</DBInstances>",
    b"<Marker>m</Marker>",
    b"/>",
    b" xmlns=\"\"",
    b"<Code>Throttling</Code>",
    b"<Code>ExpiredToken</Code>",
    b"9999-12-31T23:59:59.999999999Z",
    // CBOR: containers without an end, lengths without a content, times, breaks
    b"\xbf",
    b"\x9f",
    b"\xff",
    b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x7b\x00\x00\x00\x00\x7f\xff\xff\xff",
    b"\xfb\x7f\xf0\x00\x00\x00\x00\x00\x00",
    b"\xc1\xfb\x7e\x37\xe4\x3c\x88\x00\x75\x9c",
    b"\xf6",
    // A terminal
    b"\x1b[2J",
    b"\x1b]11;rgb:",
    b"\x1b\\",
    "\u{202e}".as_bytes(),
    "\u{feff}数\u{301}".as_bytes(),
];

/// What stands in place of a number.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "00",
    "-1",
    "0.000001",
    "255",
    "65536",
    "2147483648",
    "-2147483649",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "999999999999999999999999999999999999",
    "1e308",
    "-1e309",
    "NaN",
];

/// How something begins that can stand in itself, and how it ends.
const NESTS: [(&str, &str); 8] = [
    ("[", "]"),
    ("{a=", "}"),
    ("{\"a\":", "}"),
    ("<a>", "</a>"),
    ("a.", "b"),
    ("[[", "]]"),
    ("<DBInstances><DBInstance>", "</DBInstance></DBInstances>"),
    ("(", ")"),
];

/// How the seeds of a kind are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// A piece of one may be the beginning: the lines of it stand for themselves.
    Lines,
    /// Only a whole one means something.
    Whole,
}

impl Manner {
    /// Of a kind.
    pub fn of(kind: &str) -> Self {
        match kind {
            "configuration" | "theme" | "keymap" | "keys" => Self::Lines,
            _ => Self::Whole,
        }
    }
}

/// Chance that can be had again: xorshift64*.
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    /// Of one input.
    pub fn new(seed: u64, kind: &str, number: u64) -> Self {
        // FNV-1a over all of it, so that neighbours have nothing in common.
        let parts: [&[u8]; 3] = [&seed.to_le_bytes(), kind.as_bytes(), &number.to_le_bytes()];
        let hash = parts.concat().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(hash | 1)
    }

    fn draw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// Less than `end`; 0 when that is 0.
    fn below(&mut self, end: usize) -> usize {
        (self.draw() % end.max(1) as u64) as usize
    }

    /// Once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }

    /// A part of something so long, of at most `longest`.
    fn range(&mut self, length: usize, longest: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..start + self.below((length - start).min(longest) + 1)
    }
}

/// A broken input, made of the good ones.
pub fn mutated(seeds: &[Vec<u8>], manner: Manner, chance: &mut Chance) -> Vec<u8> {
    let mut input = begun(seeds, manner, chance);
    // Mostly little is broken, so that the rest is still understood.
    let most = if chance.once_in(4) { 24 } else { 4 };
    for _ in 0..=chance.below(most) {
        change(&mut input, seeds, chance);
        input.truncate(LONGEST);
    }
    input
}

fn begun(seeds: &[Vec<u8>], manner: Manner, chance: &mut Chance) -> Vec<u8> {
    let seed = &seeds[chance.below(seeds.len())];
    if chance.once_in(200) {
        return (0..chance.below(400)).map(|_| chance.draw() as u8).collect();
    }
    if manner == Manner::Whole || seed.len() <= PIECE || chance.once_in(8) {
        return seed.clone();
    }
    let part = chance.range(seed.len(), PIECE);
    let start = seed[..part.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    seed[start..part.end].to_vec()
}

fn change(input: &mut Vec<u8>, seeds: &[Vec<u8>], chance: &mut Chance) {
    let at = chance.below(input.len() + 1);
    match chance.below(14) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << chance.below(8);
            }
        }
        1 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = chance.draw() as u8;
            }
        }
        2 => {
            let more: Vec<u8> = (0..=chance.below(8)).map(|_| chance.draw() as u8).collect();
            insert(input, at, &more);
        }
        3 => {
            let part = chance.range(input.len(), 64);
            input.drain(part);
        }
        // A piece stands twice, somewhere.
        4 => {
            let part = chance.range(input.len(), 400);
            let piece = input[part].to_vec();
            insert(input, at, &piece);
        }
        5 => {
            if chance.once_in(3) {
                input.truncate(at);
            }
        }
        // Begins as one, goes on as another.
        6 => {
            let other = &seeds[chance.below(seeds.len())];
            let part = chance.range(other.len(), PIECE);
            input.truncate(at);
            input.extend_from_slice(&other[part]);
        }
        7 | 8 => {
            let word = chance.of(WORDS);
            insert(input, at, word);
        }
        9 | 10 => renumber(input, at, chance),
        11 => {
            let control = [0x00, 0x07, 0x08, 0x0a, 0x0d, 0x1b, 0x7f, 0x80, 0x9b, 0xc0, 0xed, 0xff];
            let byte = control[chance.below(control.len())];
            insert(input, at, &[byte]);
        }
        12 => nest(input, at, chance),
        _ => repeat(input, at, chance),
    }
}

fn insert(input: &mut Vec<u8>, at: usize, piece: &[u8]) {
    drop(input.splice(at..at, piece.iter().copied()));
}

/// Puts another number in place of the next one.
fn renumber(input: &mut Vec<u8>, at: usize, chance: &mut Chance) {
    let Some(start) = input[at..].iter().position(u8::is_ascii_digit).map(|digits| at + digits) else { return };
    let length = input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = chance.of(NUMBERS);
    drop(input.splice(start..start + length, number.bytes()));
}

/// Puts something in itself, now and then very deep.
fn nest(input: &mut Vec<u8>, at: usize, chance: &mut Chance) {
    let (open, close) = NESTS[chance.below(NESTS.len())];
    let deepest = if chance.once_in(8) { 4000 } else { 200 };
    let deep = chance.below(deepest);
    let end = if chance.once_in(2) { close.repeat(deep) } else { String::new() };
    insert(input, at, format!("{}{end}", open.repeat(deep)).as_bytes());
}

/// Says a piece many times.
fn repeat(input: &mut Vec<u8>, at: usize, chance: &mut Chance) {
    let part = chance.range(input.len(), 40);
    let piece = input[part].to_vec();
    if !piece.is_empty() {
        let longest = if chance.once_in(32) { LONGEST } else { 1024 };
        let times = chance.below(longest / piece.len() + 1);
        insert(input, at, &piece.repeat(times));
    }
}
