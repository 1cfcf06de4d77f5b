//! The line in the file `CURRENT`: the name of a generation and its checksum.

/// What folders of generations begin with.
const PREFIX: &str = "generation-";

/// The name of the folder of generation `number`.
pub fn generation_name(number: u64) -> String {
    format!("{PREFIX}{number}")
}

/// The generation whose folder has that name.
pub fn generation_number(name: &str) -> Option<u64> {
    // A number can be written in more ways than its folder.
    let number = name.strip_prefix(PREFIX)?.parse().ok()?;
    (generation_name(number) == name).then_some(number)
}

/// The content of `CURRENT` that puts generation `number` in use.
pub fn current_line(number: u64) -> String {
    let name = generation_name(number);
    format!("{name} {:08x}\n", crc32fast::hash(name.as_bytes()))
}

/// The generation that the content of `CURRENT` names; nothing if it is not as it was written. Earlier releases wrote no checksum.
pub fn current_number(content: &[u8]) -> Option<u64> {
    let line = std::str::from_utf8(content).ok()?.strip_suffix('\n')?;
    let name = match line.split_once(' ') {
        Some((name, checksum)) if checksum == format!("{:08x}", crc32fast::hash(name.as_bytes())) => name,
        Some(_) => return None,
        None => line,
    };
    generation_number(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_folder_has_is_no_generation() {
        for line in ["generation-013\n", "generation-+13\n", "generation-\n", "generation-13 \n"] {
            assert_eq!(current_number(line.as_bytes()), None, "{line:?}");
        }
    }

    #[test]
    fn no_flipped_bit_and_no_cut_leads_to_another_generation() {
        let line = current_line(13).into_bytes();
        assert_eq!(current_number(&line), Some(13));
        assert_eq!(current_number(b"generation-13\n"), Some(13));
        for place in 0..line.len() {
            assert_eq!(current_number(&line[..place]), None, "cut at {place}");
            for bit in 0..8 {
                let mut flipped = line.clone();
                flipped[place] ^= 1 << bit;
                assert_eq!(current_number(&flipped), None, "bit {bit} of byte {place}");
            }
        }
    }
}
