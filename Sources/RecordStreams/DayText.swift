import SensorData

/// Reads and writes instants of one day after another, remembering the day: of a stream's timestamps, few differ in it.
struct DayText {
    /// The twelve bytes of `"2024-01-01T`; no bytes are equal to them before a day is known.
    private var prefix: (UInt64, UInt64) = (.max, .max)
    /// Milliseconds since 1970 at the start of that day.
    private var start: Int64 = 0

    private static let day: Int64 = 86_400_000
    /// The last four of the twelve bytes, in the second word.
    private static let upper: UInt64 = 0xffff_ffff

    /// Reads `"YYYY-MM-DDTHH:MM:SSZ"` of the day of the instant before.
    ///
    /// - Returns: its end; nil where anything else stands there, the first instant of another day among it, which the
    ///   caller reads with `Timestamp` (and the next one is of that day).
    @inline(__always)
    mutating func read(_ at: UnsafePointer<UInt8>, _ value: inout Int64) -> UnsafePointer<UInt8>? {
        let raw = UnsafeRawPointer(at)
        let first = raw.loadUnaligned(as: UInt64.self)
        let second = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & DayText.upper
        guard first == prefix.0, second == prefix.1 else { return readDay(at, &value) }
        return readTime(at, &value)
    }

    /// Reads `HH:MM:SSZ"` behind the day.
    @inline(__always)
    private func readTime(_ at: UnsafePointer<UInt8>, _ value: inout Int64) -> UnsafePointer<UInt8>? {
        @inline(__always) func pair(_ place: Int) -> Int64 {
            let tens = at[place] &- 48
            let ones = at[place + 1] &- 48
            return tens <= 9 && ones <= 9 ? Int64(tens) &* 10 &+ Int64(ones) : 99
        }
        let (hours, minutes, seconds) = (pair(12), pair(15), pair(18))
        guard at[14] == UInt8(ascii: ":"), at[17] == UInt8(ascii: ":"), at[20] == UInt8(ascii: "Z"),
            at[21] == UInt8(ascii: "\""), hours < 24, minutes < 60, seconds < 60
        else { return nil }
        value = start &+ hours &* 3_600_000 &+ minutes &* 60_000 &+ seconds &* 1000
        return at + 22
    }

    @inline(never)
    private mutating func readDay(_ at: UnsafePointer<UInt8>, _ value: inout Int64) -> UnsafePointer<UInt8>? {
        guard at[0] == UInt8(ascii: "\""), at[11] == UInt8(ascii: "T"),
            let instant = Timestamp.parse(UnsafeRawBufferPointer(start: at + 1, count: 10))
        else { return nil }
        start = instant
        let raw = UnsafeRawPointer(at)
        prefix = (
            raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & DayText.upper
        )
        return readTime(at, &value)
    }

    /// Writes an instant between quotation marks, null where it is unknown or has no text form.
    @inline(__always)
    mutating func write(_ milliseconds: Int64, to at: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let (inDay, overflows) = milliseconds.subtractingReportingOverflow(start)
        guard prefix.1 != .max, !overflows, inDay >= 0, inDay < DayText.day, inDay % 1000 == 0 else {
            return writeDay(milliseconds, to: at)
        }
        let raw = UnsafeMutableRawPointer(at)
        raw.storeBytes(of: prefix.0, as: UInt64.self)
        raw.storeBytes(of: prefix.1, toByteOffset: 8, as: UInt64.self)
        let seconds = UInt32(truncatingIfNeeded: inDay) / 1000
        @inline(__always) func put(_ value: UInt32, _ place: Int) {
            at[place] = UInt8(truncatingIfNeeded: 48 + value / 10)
            at[place + 1] = UInt8(truncatingIfNeeded: 48 + value % 10)
        }
        put(seconds / 3600, 12)
        put(seconds / 60 % 60, 15)
        put(seconds % 60, 18)
        at[14] = UInt8(ascii: ":")
        at[17] = UInt8(ascii: ":")
        at[20] = UInt8(ascii: "Z")
        at[21] = UInt8(ascii: "\"")
        return at + 22
    }

    @inline(never)
    private mutating func writeDay(
        _ milliseconds: Int64, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        guard Timestamp.writable.contains(milliseconds) else { return MemberText.write("null", to: start) }
        let at = MemberText.write("\"", to: start)
        let length = Timestamp.format(milliseconds, into: UnsafeMutableRawBufferPointer(start: at, count: 28))
        self.start = milliseconds - ((milliseconds % DayText.day) + DayText.day) % DayText.day
        let raw = UnsafeRawPointer(start)
        prefix = (
            raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self) & DayText.upper
        )
        return MemberText.write("\"", to: at + length)
    }
}
