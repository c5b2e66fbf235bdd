import SensorData

/// Writes the members that records have in common.
enum MemberText {
    /// Writes `text`.
    @inline(__always)
    static func write(_ text: StaticString, to at: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        at.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return at + text.utf8CodeUnitCount
    }

    /// Writes `text`.
    static func write(_ text: String, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var at = start
        for byte in text.utf8 {
            at.pointee = byte
            at += 1
        }
        return at
    }

    /// Writes a key and a whole number, null for `RowBatch.unknown`.
    @inline(__always)
    static func write(
        _ key: StaticString, known value: Int64, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let at = write(key, to: start)
        return value == RowBatch.unknown ? write("null", to: at) : NumberText.write(value, to: at)
    }

    /// Writes a key and an instant, null for `RowBatch.unknown`.
    static func write(
        _ key: StaticString, time milliseconds: Int64, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var day = DayText()
        return day.write(milliseconds, to: write(key, to: start))
    }

    /// Writes a key and a label, null for `RowBatch.unknownLabel`.
    @inline(__always)
    static func write(
        _ key: StaticString, label: Int8, to start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        let at = write(key, to: start)
        return label == 1 ? write("true", to: at) : label == 0 ? write("false", to: at) : write("null", to: at)
    }
}

extension Timestamp {
    /// The instants of the years 0000 to 9999, which have a text form.
    static let writable: Range<Int64> = -62_167_219_200_000..<253_402_300_800_000
}
