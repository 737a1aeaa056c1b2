//! Uids and generated names: unique within a store, and the same for the same seed and calls.

/// The letters of generated names: no vowels and nothing that looks like another
/// (k8s.io/apimachinery, `util/rand`).
const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// The longest prefix before a generated suffix, bytes: names are at most 63.
const LONGEST_PREFIX: usize = 58;

/// A source of identities.
#[derive(Debug)]
pub(super) struct Identities {
    seed: u64,
    count: u64,
}

impl Identities {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    /// Goes on to the next object.
    pub(super) fn advance(&mut self) {
        self.count += 1;
    }

    /// The uid of the next object: version 4 in form.
    pub(super) fn uid(&self) -> String {
        let (a, b) = (self.number(0), self.number(1));
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            (a >> 16) & 0xffff,
            a & 0xfff,
            0x8000 | ((b >> 48) & 0x3fff),
            b & 0xffff_ffff_ffff
        )
    }

    /// A name of the next object; another for every `attempt`.
    pub(super) fn name(&self, prefix: &str, attempt: u64) -> String {
        let mut number = self.number(2 + attempt);
        let mut cut = prefix.len().min(LONGEST_PREFIX);
        while !prefix.is_char_boundary(cut) {
            cut -= 1;
        }
        let mut name = prefix[..cut].to_owned();
        for _ in 0..5 {
            name.push(char::from(LETTERS[(number % 27) as usize]));
            number /= 27;
        }
        name
    }

    /// splitmix64 over seed, object and salt.
    fn number(&self, salt: u64) -> u64 {
        let mut state = self.seed ^ mix(self.count) ^ mix(salt.wrapping_add(0x5151)).rotate_left(17);
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(state)
    }
}

fn mix(mut state: u64) -> u64 {
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
