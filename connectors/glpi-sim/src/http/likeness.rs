//! Likeness: how the database compares text, without regard to case and accents.

/// What a text must be like: GLPI's `text`, `^text`, `text$` and `^text$`.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    folded: String,
    from_start: bool,
    to_end: bool,
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        let (from_start, text) = text.strip_prefix('^').map_or((false, text), |rest| (true, rest));
        let (to_end, text) = text.strip_suffix('$').map_or((false, text), |rest| (true, rest));
        Self { folded: fold(text), from_start, to_end }
    }

    /// Whether `text` alone is like it, but for case and accents.
    pub(crate) fn is_just(&self, text: &str) -> bool {
        self.from_start && self.to_end && self.folded == fold(text)
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        // Most texts are plain ASCII: those are compared without a copy.
        if self.from_start && self.to_end && text.is_ascii() {
            return text.eq_ignore_ascii_case(&self.folded);
        }
        let text = fold(text);
        match (self.from_start, self.to_end) {
            (true, true) => text == self.folded,
            (true, false) => text.starts_with(&self.folded),
            (false, true) => text.ends_with(&self.folded),
            (false, false) => text.contains(&self.folded),
        }
    }
}

/// Lower case without the accents of western languages.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).map(plain).collect()
}

fn plain(letter: char) -> char {
    match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_case_and_accents() {
        for (pattern, text, like) in [
            ("ticket", "A Ticket here", true),
            ("^Ticket$", "ticket", true),
            ("^Ticket$", "Ticket_User", false),
            ("^acces", "Accès dossier", true),
            ("dossier$", "Accès dossier", true),
            (">2026", "2027", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), like, "{pattern} {text}");
        }
    }
}
