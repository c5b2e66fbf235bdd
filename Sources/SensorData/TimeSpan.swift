/// Spans of time as options and settings write them.
public enum TimeSpan {
    /// Reads `250ms`, `1s`, `1.5m`, `1h` or `2d`.
    ///
    /// - Returns: milliseconds; nil where the text is no such span, is negative, or is no whole number of milliseconds.
    public static func parse(_ text: String) -> Int64? {
        var copy = text
        return copy.withUTF8 { utf8 in
            let bytes = UnsafeRawBufferPointer(utf8)
            var end = 0
            guard let value = DecimalScanner.scan(bytes, from: &end), value >= 0 else { return nil }
            let unit: Double
            switch String(decoding: bytes[end...], as: UTF8.self) {
            case "ms": unit = 1
            case "s": unit = 1000
            case "m": unit = 60_000
            case "h": unit = 3_600_000
            case "d": unit = 86_400_000
            default: return nil
            }
            let milliseconds = value * unit
            guard milliseconds <= 0x1p53, milliseconds.rounded() == milliseconds else { return nil }
            return Int64(milliseconds)
        }
    }
}
