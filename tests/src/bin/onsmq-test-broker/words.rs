//! A line cut into words, as a shell does it.

/// Cuts at white space; quotes, single or double, keep it, and stand for nothing themselves.
pub(crate) fn split(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match quote {
            Some(open) if letter == open => quote = None,
            Some(_) => word.get_or_insert_default().push(letter),
            None if letter == '"' || letter == '\'' => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            None if letter.is_whitespace() => words.extend(word.take()),
            None => word.get_or_insert_default().push(letter),
        }
    }
    if let Some(open) = quote {
        return Err(format!("a closing {open} is missing"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn quotes_keep_white_space_and_empty_words() {
        let words = split(r#"  a "b c"d  '' 'it"s' "#).unwrap();

        assert_eq!(words, ["a", "b cd", "", "it\"s"]);
    }

    #[test]
    fn an_open_quote_is_an_error() {
        assert!(split("a 'b").is_err());
    }
}
