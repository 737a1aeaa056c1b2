//! Metric math, read: `100 * (m1 + m2) / FILL(m3, 0)` as a tree. What it means is in
//! [`super::evaluate`]. Syntax as in the CloudWatch user guide, "Using math expressions".

/// Deepest nesting of parentheses, brackets and signs.
const DEEPEST: usize = 40;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    Number(f64),
    /// The id of another query, or a word that a function knows, such as `REPEAT`.
    Name(String),
    /// A quoted text.
    Text(String),
    Negative(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// `[a, b]`
    List(Vec<Expression>),
    /// A function by its name in capitals.
    Call(String, Vec<Expression>),
}

/// What stands between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

impl Operator {
    /// Operators by how they are written, longer ones first.
    const WRITTEN: [(&'static str, Self); 15] = [
        ("||", Self::Or),
        ("OR", Self::Or),
        ("&&", Self::And),
        ("AND", Self::And),
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("<", Self::Less),
        (">", Self::Greater),
        ("+", Self::Add),
        ("-", Self::Subtract),
        ("*", Self::Multiply),
        ("/", Self::Divide),
        ("^", Self::Power),
    ];

    /// How tightly it binds.
    fn strength(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual | Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 3,
            Self::Add | Self::Subtract => 4,
            Self::Multiply | Self::Divide => 5,
            Self::Power => 6,
        }
    }
}

/// Reads an expression.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse(text: &str) -> Result<Expression, String> {
    let mut parser = Parser { rest: text, depth: 0 };
    let expression = parser.binary(1)?;
    parser.skip_space();
    if parser.rest.is_empty() { Ok(expression) } else { Err(parser.unexpected()) }
}

/// Every name in an expression that is not a function's, depth first.
pub fn names<'a>(expression: &'a Expression, found: &mut Vec<&'a str>) {
    match expression {
        Expression::Number(_) | Expression::Text(_) => {}
        Expression::Name(name) => found.push(name),
        Expression::Negative(inner) => names(inner, found),
        Expression::Binary(_, left, right) => {
            names(left, found);
            names(right, found);
        }
        Expression::List(items) | Expression::Call(_, items) => {
            for item in items {
                names(item, found);
            }
        }
    }
}

/// Whether an expression calls that function anywhere.
pub fn calls(expression: &Expression, function: &str) -> bool {
    match expression {
        Expression::Number(_) | Expression::Text(_) | Expression::Name(_) => false,
        Expression::Negative(inner) => calls(inner, function),
        Expression::Binary(_, left, right) => calls(left, function) || calls(right, function),
        Expression::List(items) => items.iter().any(|item| calls(item, function)),
        Expression::Call(name, items) => name == function || items.iter().any(|item| calls(item, function)),
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn unexpected(&self) -> String {
        match self.rest.chars().next() {
            Some(character) => format!("unexpected '{character}'"),
            None => "unexpected end".to_owned(),
        }
    }

    /// Takes `token` if it comes next.
    fn take(&mut self, token: &str) -> bool {
        self.skip_space();
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        // `ORDERS` is a name, not `OR` and `DERS`.
        if token.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.starts_with(is_of_name) {
            return false;
        }
        self.rest = rest;
        true
    }

    fn operator(&mut self, weakest: u8) -> Option<Operator> {
        let before = self.rest;
        let (_, operator) = Operator::WRITTEN.into_iter().find(|(token, _)| self.take(token))?;
        if operator.strength() < weakest {
            self.rest = before;
            return None;
        }
        Some(operator)
    }

    fn binary(&mut self, weakest: u8) -> Result<Expression, String> {
        let mut left = self.operand()?;
        while let Some(operator) = self.operator(weakest) {
            let right = self.binary(operator.strength() + 1)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn operand(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("nested too deeply".to_owned());
        }
        let operand = self.nested();
        self.depth -= 1;
        operand
    }

    fn nested(&mut self) -> Result<Expression, String> {
        if self.take("-") {
            return Ok(Expression::Negative(Box::new(self.operand()?)));
        }
        if self.take("(") {
            let inner = self.binary(1)?;
            return if self.take(")") { Ok(inner) } else { Err(self.unexpected()) };
        }
        if self.take("[") {
            return self.items("]").map(Expression::List);
        }
        match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            Some(first) if first.is_ascii_digit() || first == '.' => self.number(),
            Some(first) if first.is_ascii_alphabetic() => {
                let name = self.split_at(|c| !is_of_name(c));
                if self.take("(") {
                    self.items(")").map(|items| Expression::Call(name.to_ascii_uppercase(), items))
                } else {
                    Ok(Expression::Name(name.to_owned()))
                }
            }
            _ => Err(self.unexpected()),
        }
    }

    /// Expressions between commas, up to the closing token.
    fn items(&mut self, close: &str) -> Result<Vec<Expression>, String> {
        let mut items = Vec::new();
        if self.take(close) {
            return Ok(items);
        }
        loop {
            items.push(self.binary(1)?);
            if self.take(close) {
                return Ok(items);
            }
            if !self.take(",") {
                return Err(self.unexpected());
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Expression, String> {
        let inside = self.rest.get(1..).unwrap_or_default();
        let Some((text, rest)) = inside.split_once(quote) else { return Err("unexpected end of a text".to_owned()) };
        self.rest = rest;
        Ok(Expression::Text(text.to_owned()))
    }

    fn number(&mut self) -> Result<Expression, String> {
        let digits = self.split_at(|c| !c.is_ascii_digit() && c != '.');
        let mut text = digits.to_owned();
        if let Some(exponent) = self.rest.strip_prefix(['e', 'E']) {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            let length = unsigned.find(|c: char| !c.is_ascii_digit()).unwrap_or(unsigned.len());
            let (written, rest) = self.rest.split_at(self.rest.len() - unsigned.len() + length);
            text.push_str(written);
            self.rest = rest;
        }
        text.parse().map(Expression::Number).map_err(|_| format!("'{text}' is not a number"))
    }

    /// Takes everything up to the first character that ends it.
    fn split_at(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let (taken, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        taken
    }
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        fn show(expression: &Expression) -> String {
            let all = |items: &[Expression]| items.iter().map(show).collect::<Vec<_>>().join(" ");
            match expression {
                Expression::Number(number) => number.to_string(),
                Expression::Name(name) => name.clone(),
                Expression::Text(text) => format!("{text:?}"),
                Expression::Negative(inner) => format!("(neg {})", show(inner)),
                Expression::Binary(operator, left, right) => {
                    format!("({operator:?} {} {})", show(left), show(right))
                }
                Expression::List(items) => format!("[{}]", all(items)),
                Expression::Call(name, items) => format!("({name} {})", all(items)),
            }
        }
        parse(text).map_or_else(|error| format!("error: {error}"), |expression| show(&expression))
    }

    #[test]
    fn precedence_and_association() {
        for (text, tree) in [
            ("1 + 2 * m3", "(Add 1 (Multiply 2 m3))"),
            ("a - b - c", "(Subtract (Subtract a b) c)"),
            ("-(a + 1.5e3)/2", "(Divide (neg (Add a 1500)) 2)"),
            ("a > 1 AND b <= 2 || orders", "(Or (And (Greater a 1) (LessOrEqual b 2)) orders)"),
            ("a ORDER", "error: unexpected 'O'"),
            ("sum([m1, m2])", "(SUM [m1 m2])"),
            ("FILL(m1, REPEAT)", "(FILL m1 REPEAT)"),
            ("AVG(METRICS('err'))", "(AVG (METRICS \"err\"))"),
            ("IF(m1 != 0, 1, m2)", "(IF (NotEqual m1 0) 1 m2)"),
        ] {
            assert_eq!(shown(text), tree, "{text}");
        }
    }

    #[test]
    fn what_is_not_an_expression_is_refused() {
        for text in ["", "1 +", "(1", "a b", "1..2", "'x", "[1,", "@", "f(1,,2)", "é", "1e", "SELECT AVG(x) FROM y"] {
            assert!(parse(text).is_err(), "{text}: {:?}", parse(text));
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
        assert!(parse(&"-".repeat(100_000)).is_err());
    }

    #[test]
    fn names_are_found() {
        let expression = parse("IF(a > 1, -b, [c, 2]) + FILL(d, REPEAT)").unwrap();
        let mut found = Vec::new();
        names(&expression, &mut found);
        assert_eq!(found, ["a", "b", "c", "d", "REPEAT"]);
        assert!(calls(&expression, "FILL") && !calls(&expression, "METRICS"));
    }
}
