//! Counts what a browser sends on a socket: every frame, also those that the WebSocket library answers or joins by
//! itself and never shows, such as pings and empty parts of a message that does not end.

use tokio::time::Instant;

/// Frames that a browser may send: a burst, and then a rate per second.
const BURST: f64 = 40.0;
const PER_SECOND: f64 = 20.0;

/// The longest head of a frame: two bytes, eight of length, four of the mask.
const LONGEST_HEAD: usize = 14;

/// Reads along the heads of frames (RFC 6455, 5.2).
#[derive(Debug)]
pub struct Inbound {
    head: [u8; LONGEST_HEAD],
    have: usize,
    /// Bytes of a frame's content that are still to come.
    content: u64,
    tokens: f64,
    at: Instant,
    flooded: bool,
}

impl Inbound {
    pub fn new() -> Self {
        Self {
            head: [0; LONGEST_HEAD],
            have: 0,
            content: 0,
            tokens: BURST,
            at: Instant::now(),
            flooded: false,
        }
    }

    /// Counts the frames that begin in these bytes. False: there were too many.
    pub fn take(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((&first, rest)) = bytes.split_first() {
            if self.content > 0 {
                let skipped = usize::try_from(self.content).unwrap_or(usize::MAX).min(bytes.len());
                self.content -= skipped as u64;
                bytes = &bytes[skipped..];
                continue;
            }
            self.head[self.have] = first;
            self.have += 1;
            bytes = rest;
            if self.have >= 2 && self.have == self.head_length() {
                self.content = self.content_length();
                self.have = 0;
                self.count();
            }
        }
        !self.flooded
    }

    /// Whether the limit was exceeded.
    pub fn is_flooded(&self) -> bool {
        self.flooded
    }

    fn head_length(&self) -> usize {
        let length = match self.head[1] & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if self.head[1] & 0x80 == 0 { 0 } else { 4 };
        2 + length + mask
    }

    fn content_length(&self) -> u64 {
        match self.head[1] & 0x7f {
            126 => u64::from(u16::from_be_bytes([self.head[2], self.head[3]])),
            127 => self.head[2..10].iter().fold(0, |length, byte| (length << 8) | u64::from(*byte)),
            short => u64::from(short),
        }
    }

    /// A token bucket.
    fn count(&mut self) {
        let now = Instant::now();
        self.tokens = (self.tokens + now.duration_since(self.at).as_secs_f64() * PER_SECOND).min(BURST);
        self.at = now;
        self.tokens -= 1.0;
        self.flooded |= self.tokens < 0.0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};
    use tokio_tungstenite::tungstenite::protocol::frame::{Frame, FrameHeader};

    use super::*;

    fn frames(kind: OpCode, content: usize, how_many: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..how_many {
            let header = FrameHeader { opcode: kind, mask: Some([1, 2, 3, 4]), ..FrameHeader::default() };
            Frame::from_payload(header, vec![0_u8; content].into()).format(&mut bytes).unwrap();
        }
        bytes
    }

    #[test]
    fn empty_parts_and_pings_count_like_messages() {
        for kind in [OpCode::Data(Data::Continue), OpCode::Control(Control::Ping), OpCode::Data(Data::Text)] {
            assert!(Inbound::new().take(&frames(kind, 0, 40)), "{kind:?}");
            assert!(!Inbound::new().take(&frames(kind, 0, 60)), "{kind:?}");
        }
    }

    proptest! {
        #[test]
        fn frames_are_counted_however_their_bytes_are_cut(
            contents in prop::collection::vec(prop_oneof![0..200_usize, 65_000..70_000_usize], 1..30),
            cut in 1..5000_usize,
        ) {
            let mut inbound = Inbound::new();
            let bytes: Vec<u8> =
                contents.iter().flat_map(|content| frames(OpCode::Data(Data::Text), *content, 1)).collect();
            for piece in bytes.chunks(cut) {
                inbound.take(piece);
            }
            prop_assert_eq!((inbound.content, inbound.have), (0, 0));
            prop_assert!(inbound.tokens >= BURST - contents.len() as f64);
        }
    }
}
