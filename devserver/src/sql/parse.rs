//! From a condition's words to the condition.

use super::token::{Token, tokens};
use super::{Comparison, Condition, Operand, Place, SyntaxError};

/// Conditions within conditions, at most.
const MAX_DEPTH: usize = 64;

pub(super) fn condition(text: &str) -> Result<Condition, SyntaxError> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        depth: 0,
    };
    let condition = parser.or()?;
    match parser.tokens.first() {
        None => Ok(condition),
        Some(token) => Err(SyntaxError(format!("not expected: {token:?}"))),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    depth: usize,
}

fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(it) if it.eq_ignore_ascii_case(word))
}

impl Parser<'_> {
    fn next(&mut self) -> Result<Token, SyntaxError> {
        let (first, rest) = self
            .tokens
            .split_first()
            .ok_or_else(|| SyntaxError("it ends too soon".to_owned()))?;
        self.tokens = rest;
        Ok(first.clone())
    }

    fn takes(&mut self, is_it: impl Fn(&Token) -> bool) -> bool {
        match self.tokens.split_first() {
            Some((first, rest)) if is_it(first) => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.takes(|token| is_word(token, word))
    }

    fn takes_symbol(&mut self, symbol: &'static str) -> bool {
        self.takes(|token| *token == Token::Symbol(symbol))
    }

    fn expect(&mut self, taken: bool, what: &str) -> Result<(), SyntaxError> {
        match taken {
            true => Ok(()),
            false => Err(SyntaxError(format!("{what} is expected"))),
        }
    }

    fn deeper<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, SyntaxError>,
    ) -> Result<T, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SyntaxError(
                "too many conditions within each other".to_owned(),
            ));
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn or(&mut self) -> Result<Condition, SyntaxError> {
        let mut left = self.and()?;
        while self.takes_word("OR") {
            left = Condition::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Condition, SyntaxError> {
        let mut left = self.not()?;
        while self.takes_word("AND") {
            left = Condition::And(Box::new(left), Box::new(self.not()?));
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Condition, SyntaxError> {
        if self.takes_word("NOT") {
            let negated = self.deeper(Self::not)?;
            return Ok(Condition::Not(Box::new(negated)));
        }
        if self.takes_symbol("(") {
            let inner = self.deeper(Self::or)?;
            let closed = self.takes_symbol(")");
            self.expect(closed, "`)`")?;
            return Ok(inner);
        }
        self.predicate()
    }

    fn predicate(&mut self) -> Result<Condition, SyntaxError> {
        let left = self.operand()?;
        if self.takes_word("IS") {
            let negated = self.takes_word("NOT");
            let is_null = self.takes_word("NULL");
            self.expect(is_null, "NULL")?;
            return Ok(negate_if(negated, Condition::IsNull(left)));
        }
        let negated = self.takes_word("NOT");
        if self.takes_word("BETWEEN") {
            return self.between(left).map(|it| negate_if(negated, it));
        }
        if self.takes_word("IN") {
            return self.list(left).map(|it| negate_if(negated, it));
        }
        let places = [
            ("CONTAINS", Place::Anywhere),
            ("STARTSWITH", Place::Start),
            ("ENDSWITH", Place::End),
        ];
        for (word, place) in places {
            if self.takes_word(word) {
                let part = self.text()?;
                return Ok(negate_if(negated, Condition::Text(left, place, part)));
            }
        }
        self.expect(!negated, "BETWEEN, IN, CONTAINS, STARTSWITH or ENDSWITH")?;
        self.comparison(left)
    }

    fn comparison(&mut self, left: Operand) -> Result<Condition, SyntaxError> {
        let comparisons = [
            ("=", false, Comparison::Equal),
            ("<>", true, Comparison::Equal),
            ("!=", true, Comparison::Equal),
            ("<", false, Comparison::Less),
            ("<=", false, Comparison::LessOrEqual),
            (">", false, Comparison::Greater),
            (">=", false, Comparison::GreaterOrEqual),
        ];
        for (symbol, negated, comparison) in comparisons {
            if self.takes_symbol(symbol) {
                let right = self.operand()?;
                if comparison != Comparison::Equal {
                    ordered(&left)?;
                    ordered(&right)?;
                }
                let compared = Condition::Compare(left, comparison, right);
                return Ok(negate_if(negated, compared));
            }
        }
        match left {
            Operand::Boolean(_) | Operand::Property(_) => Ok(Condition::Value(left)),
            _ => Err(SyntaxError(format!("{left:?} is no condition"))),
        }
    }

    fn between(&mut self, value: Operand) -> Result<Condition, SyntaxError> {
        let low = self.operand()?;
        let has_and = self.takes_word("AND");
        self.expect(has_and, "AND")?;
        let high = self.operand()?;
        if let (Operand::Number(low), Operand::Number(high)) = (&low, &high)
            && low > high
        {
            return Err(SyntaxError(format!("{low} is more than {high}")));
        }
        let from = Condition::Compare(value.clone(), Comparison::GreaterOrEqual, low);
        let to = Condition::Compare(value, Comparison::LessOrEqual, high);
        Ok(Condition::And(Box::new(from), Box::new(to)))
    }

    fn list(&mut self, left: Operand) -> Result<Condition, SyntaxError> {
        let Operand::Property(name) = left else {
            return Err(SyntaxError("a property is expected before IN".to_owned()));
        };
        let opened = self.takes_symbol("(");
        self.expect(opened, "`(`")?;
        let mut texts = vec![self.text()?];
        while self.takes_symbol(",") {
            texts.push(self.text()?);
        }
        let closed = self.takes_symbol(")");
        self.expect(closed, "`)`")?;
        Ok(Condition::In(name, texts))
    }

    fn text(&mut self) -> Result<String, SyntaxError> {
        match self.next()? {
            Token::Text(text) => Ok(text),
            other => Err(SyntaxError(format!("a text is expected: {other:?}"))),
        }
    }

    fn operand(&mut self) -> Result<Operand, SyntaxError> {
        match self.next()? {
            Token::Text(text) => Ok(Operand::Text(text)),
            Token::Number(number) => Ok(Operand::Number(number)),
            Token::Symbol("-") => match self.next()? {
                Token::Number(number) => Ok(Operand::Number(-number)),
                other => Err(SyntaxError(format!("a number is expected: {other:?}"))),
            },
            Token::Word(word) if word.eq_ignore_ascii_case("TRUE") => Ok(Operand::Boolean(true)),
            Token::Word(word) if word.eq_ignore_ascii_case("FALSE") => Ok(Operand::Boolean(false)),
            Token::Word(word) if !is_keyword(&word) => Ok(Operand::Property(word)),
            other => Err(SyntaxError(format!("a value is expected: {other:?}"))),
        }
    }
}

fn is_keyword(word: &str) -> bool {
    ["AND", "OR", "NOT", "NULL", "IS", "IN", "BETWEEN"]
        .iter()
        .any(|it| it.eq_ignore_ascii_case(word))
}

/// Only numbers, and properties that may be, have an order.
fn ordered(operand: &Operand) -> Result<(), SyntaxError> {
    match operand {
        Operand::Number(_) | Operand::Property(_) => Ok(()),
        other => Err(SyntaxError(format!("{other:?} cannot be compared"))),
    }
}

fn negate_if(negated: bool, condition: Condition) -> Condition {
    match negated {
        true => Condition::Not(Box::new(condition)),
        false => condition,
    }
}
