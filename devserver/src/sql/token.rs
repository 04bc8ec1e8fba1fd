//! A condition's words.

use super::SyntaxError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A keyword or a property's name.
    Word(String),
    Text(String),
    Number(f64),
    Symbol(&'static str),
}

/// Longer ones first.
const SYMBOLS: [&str; 11] = ["<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", "-"];

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, after) = if first == '\'' {
            quoted(rest)?
        } else if first.is_ascii_digit() {
            number(rest)?
        } else if is_of_word(first) {
            let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
            (Token::Word(rest[..end].to_owned()), &rest[end..])
        } else {
            symbol(rest)?
        };
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || c == '.'
}

/// A text ends at a quote that is not doubled.
fn quoted(rest: &str) -> Result<(Token, &str), SyntaxError> {
    let mut text = String::new();
    let mut after = &rest[1..];
    loop {
        let end = after
            .find('\'')
            .ok_or_else(|| SyntaxError(format!("a text does not end: {rest}")))?;
        text.push_str(&after[..end]);
        after = &after[end + 1..];
        match after.strip_prefix('\'') {
            Some(more) => {
                text.push('\'');
                after = more;
            }
            None => return Ok((Token::Text(text), after)),
        }
    }
}

fn number(rest: &str) -> Result<(Token, &str), SyntaxError> {
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    // A long number may be marked as such, as in Java.
    let after = after.strip_prefix(['l', 'L']).unwrap_or(after);
    match digits.parse() {
        Ok(number) => Ok((Token::Number(number), after)),
        Err(_) => Err(SyntaxError(format!("`{digits}` is no number"))),
    }
}

fn symbol(rest: &str) -> Result<(Token, &str), SyntaxError> {
    let symbol = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol));
    let symbol = symbol.ok_or_else(|| SyntaxError(format!("not understood: {rest}")))?;
    Ok((Token::Symbol(symbol), &rest[symbol.len()..]))
}
