/// ISO 8601 instants in UTC, held as milliseconds since 1970-01-01T00:00:00Z.
public enum Timestamp {
    /// Writes `2024-01-01T00:00:00Z`, with `.250` before the `Z` where the milliseconds are not zero, into `buffer`.
    ///
    /// - Returns: the number of bytes, at most 28.
    /// - Precondition: `buffer` has room for 28 bytes; the year lies in 0000 … 9999.
    public static func format(_ milliseconds: Int64, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let (days, inDay) = floorDivide(milliseconds, by: 86_400_000)
        let (year, month, day) = civil(fromDays: days)
        var at = 0
        func put(_ value: Int64, digits: Int) {
            var rest = value
            for place in stride(from: digits - 1, through: 0, by: -1) {
                buffer[at + place] = UInt8(48 + rest % 10)
                rest /= 10
            }
            at += digits
        }
        func put(_ character: Unicode.Scalar) {
            buffer[at] = UInt8(character.value)
            at += 1
        }
        put(year, digits: 4)
        put("-")
        put(month, digits: 2)
        put("-")
        put(day, digits: 2)
        put("T")
        put(inDay / 3_600_000, digits: 2)
        put(":")
        put(inDay / 60_000 % 60, digits: 2)
        put(":")
        put(inDay / 1000 % 60, digits: 2)
        if inDay % 1000 != 0 {
            put(".")
            put(inDay % 1000, digits: 3)
        }
        put("Z")
        return at
    }

    /// The text that `format(_:into:)` writes.
    public static func string(_ milliseconds: Int64) -> String {
        withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer in
            String(decoding: buffer[..<format(milliseconds, into: buffer)], as: UTF8.self)
        }
    }

    /// Reads `YYYY-MM-DD[THH:MM[:SS[.fraction]]][Z|±HH:MM]`; without an offset the time is UTC.
    ///
    /// - Returns: nil where the text is no such instant.
    public static func parse(_ text: UnsafeRawBufferPointer) -> Int64? {
        var at = 0
        func number(_ digits: Int) -> Int64? {
            guard at + digits <= text.count else { return nil }
            var value: Int64 = 0
            for place in at..<at + digits {
                let digit = text[place] &- 48
                guard digit <= 9 else { return nil }
                value = value * 10 + Int64(digit)
            }
            at += digits
            return value
        }
        func take(_ character: Unicode.Scalar) -> Bool {
            guard at < text.count, text[at] == UInt8(character.value) else { return false }
            at += 1
            return true
        }
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
            (1...12).contains(month), (1...daysInMonth(year: year, month: month)).contains(day)
        else { return nil }
        var result = days(year: year, month: month, day: day) * 86_400_000
        guard at < text.count else { return result }
        guard take("T") || take(" ") else { return nil }
        guard let hour = number(2), take(":"), let minute = number(2), hour < 24, minute < 60 else { return nil }
        result += hour * 3_600_000 + minute * 60_000
        if take(":") {
            guard let second = number(2), second < 60 else { return nil }
            result += second * 1000
            if take(".") {
                var weight: Int64 = 100
                var digits = 0
                while let digit = number(1) {
                    result += digit * weight
                    weight /= 10
                    digits += 1
                }
                guard digits > 0 else { return nil }
            }
        }
        if take("Z") || at == text.count { return at == text.count ? result : nil }
        let sign: Int64 = take("+") ? 1 : take("-") ? -1 : 0
        guard sign != 0, let hours = number(2) else { return nil }
        _ = take(":")
        guard let minutes = number(2), hours < 24, minutes < 60, at == text.count else { return nil }
        return result - sign * (hours * 3_600_000 + minutes * 60_000)
    }

    /// `parse(_:)` on a string.
    public static func parse(_ text: String) -> Int64? {
        var copy = text
        return copy.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
    }

    // Days since 1970-01-01 and back, in the proleptic Gregorian calendar, counted in eras of 400 years that begin on
    // 1 March so that the leap day ends the year.

    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let (era, yearOfEra) = floorDivide(shifted, by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(days + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    private static func daysInMonth(year: Int64, month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = (value % divisor + divisor) % divisor
        return ((value - remainder) / divisor, remainder)
    }
}
