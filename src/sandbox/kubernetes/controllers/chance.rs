//! Numbers that look random and are the same in every run: how long a pull takes, when a heartbeat comes.

/// A number of 64 bits from a seed and words (FNV-1a, mixed).
#[must_use]
pub fn number(seed: u64, words: &[&str]) -> u64 {
    let mut state: u64 = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for word in words {
        for byte in word.bytes().chain([0xff]) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// A number from `least` to `most`.
#[must_use]
pub fn between(seed: u64, words: &[&str], least: i64, most: i64) -> i64 {
    let span = (most - least).max(0).unsigned_abs() + 1;
    least + (number(seed, words) % span) as i64
}

/// A UUID (version 4 in form) from a seed and words.
#[must_use]
pub fn uuid(seed: u64, words: &[&str]) -> String {
    let part = |name: &str| number(seed, &[&[name], words].concat());
    let (high, low) = (part("high"), part("low"));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}
