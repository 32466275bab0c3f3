//! Tokens of a content stream or a CMap. Streams over the bytes, never recurses, and reads damage as best it can.

#[derive(Clone, Debug, PartialEq)]
pub enum Token<'a> {
    Number(f32),
    /// Without its slash and with `#xx` resolved.
    Name(Vec<u8>),
    /// A literal or hexadecimal string, decoded.
    Text(Vec<u8>),
    ArrayStart,
    ArrayEnd,
    DictStart,
    DictEnd,
    /// An operator or keyword.
    Word(&'a [u8]),
}

pub struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blank(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                self.skip_while(|byte| byte != b'\n' && byte != b'\r');
            } else if is_space(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    fn skip_while(&mut self, test: impl Fn(u8) -> bool) -> &'a [u8] {
        let start = self.at;
        while self.peek().is_some_and(&test) {
            self.at += 1;
        }
        self.bytes.get(start..self.at).unwrap_or_default()
    }

    fn followed_by(&self, byte: u8) -> bool {
        self.bytes.get(self.at + 1) == Some(&byte)
    }

    /// Skips an inline image: called after `ID`, stops after the `EI` that ends it.
    pub fn skip_inline_image(&mut self) {
        while self.at < self.bytes.len() {
            let rest = &self.bytes[self.at..];
            let ends = rest.len() >= 3
                && is_space(rest[0])
                && rest[1..3] == *b"EI"
                && rest.get(3).is_none_or(|byte| is_space(*byte));
            if ends {
                self.at += 3;
                return;
            }
            self.at += 1;
        }
    }

    fn literal(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut depth = 1usize;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.escape(&mut text);
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
        text
    }

    fn escape(&mut self, text: &mut Vec<u8>) {
        let Some(byte) = self.peek() else { return };
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
            }
            b'\n' => {}
            b'0'..=b'7' => {
                let mut code = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    code = code * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                text.push((code & 0xff) as u8);
            }
            other => text.push(other),
        }
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        self.at += 1;
        let mut text = Vec::new();
        let mut high = None;
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == b'>' {
                break;
            }
            let Some(digit) = hex_digit(byte) else { continue };
            match high.take() {
                None => high = Some(digit),
                Some(first) => text.push(first << 4 | digit),
            }
        }
        if let Some(first) = high {
            text.push(first << 4);
        }
        text
    }

    fn name(&mut self) -> Vec<u8> {
        self.at += 1;
        let raw = self.skip_while(is_regular);
        let mut name = Vec::with_capacity(raw.len());
        let mut at = 0;
        while let Some(&byte) = raw.get(at) {
            let escaped = match (byte, raw.get(at + 1), raw.get(at + 2)) {
                (b'#', Some(&high), Some(&low)) => hex_digit(high).zip(hex_digit(low)),
                _ => None,
            };
            match escaped {
                Some((high, low)) => {
                    name.push(high << 4 | low);
                    at += 3;
                }
                None => {
                    name.push(byte);
                    at += 1;
                }
            }
        }
        name
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_blank();
        let byte = self.peek()?;
        Some(match byte {
            b'(' => Token::Text(self.literal()),
            b'/' => Token::Name(self.name()),
            b'<' if self.followed_by(b'<') => {
                self.at += 2;
                Token::DictStart
            }
            b'<' => Token::Text(self.hexadecimal()),
            b'>' if self.followed_by(b'>') => {
                self.at += 2;
                Token::DictEnd
            }
            b'[' => {
                self.at += 1;
                Token::ArrayStart
            }
            b']' => {
                self.at += 1;
                Token::ArrayEnd
            }
            b')' | b'>' | b'{' | b'}' => {
                self.at += 1;
                Token::Word(b"")
            }
            _ => {
                let word = self.skip_while(is_regular);
                number(word).map_or(Token::Word(word), Token::Number)
            }
        })
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// A PDF number: sign, digits, point. Written by hand because `f32::from_str` also takes "inf", "nan" and "1e9".
fn number(word: &[u8]) -> Option<f32> {
    let (negative, digits) = match word.first()? {
        b'-' => (true, word.get(1..)?),
        b'+' => (false, word.get(1..)?),
        _ => (false, word),
    };
    let mut value = 0f64;
    let mut scale = None;
    let mut seen = false;
    for byte in digits {
        match (byte, scale) {
            (b'0'..=b'9', None) => value = value * 10.0 + f64::from(byte - b'0'),
            (b'0'..=b'9', Some(place)) => {
                value += f64::from(byte - b'0') * place;
                scale = Some(place / 10.0);
            }
            (b'.', None) => {
                scale = Some(0.1);
                continue;
            }
            _ => return None,
        }
        seen = true;
    }
    let value = if negative { -value } else { value } as f32;
    (seen && value.is_finite()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_names_and_numbers_are_read_as_the_standard_says() {
        let tokens: Vec<_> =
            Lexer::new(b"-.5 12. /A#20b (a\\(b\\)\\101\\n(c)) <48 6> [ ] << >> T* % gone\n'").collect();
        assert_eq!(
            tokens,
            [
                Token::Number(-0.5),
                Token::Number(12.0),
                Token::Name(b"A b".to_vec()),
                Token::Text(b"a(b)A\n(c)".to_vec()),
                Token::Text(vec![0x48, 0x60]),
                Token::ArrayStart,
                Token::ArrayEnd,
                Token::DictStart,
                Token::DictEnd,
                Token::Word(b"T*"),
                Token::Word(b"'"),
            ]
        );
    }

    #[test]
    fn an_inline_image_is_skipped() {
        let mut lexer = Lexer::new(b"ID \x01(EI\x02\nEI Q");
        assert_eq!(lexer.next(), Some(Token::Word(b"ID")));
        lexer.skip_inline_image();
        assert_eq!(lexer.next(), Some(Token::Word(b"Q")));
    }
}
