/// How the characters of a short number stand: a sign or none, digits, a point or none, digits, and the space behind.
///
/// The numbers of a column are mostly laid out alike. Against a known shape a number is one word to be compared, shifted
/// and multiplied, and the place of the next number is known before this one is read.
struct NumberShape {
    /// The longest number in characters: with the space behind it, it fills a word.
    static let longest = 7

    /// What digits and `punctuation` are to be xored with to leave 0 … 9 and 0.
    private var pattern: UInt64 = 0
    /// The bytes of sign, point and space.
    private var punctuation: UInt64 = 0
    /// The bytes of the digits before the point, and two to the power that moves them to their places at the top.
    private var whole: UInt64 = 0
    private var wholeScale: UInt64 = 1
    /// The same for the digits behind the point, or for all of them where there is no point.
    private var fraction: UInt64 = 0
    private var fractionScale: UInt64 = 1
    /// What the digits are to be divided by, an exact power of ten with the number's sign.
    private var divisor = 1.0
    /// In characters, with the space.
    private(set) var length = 0

    /// A number of so many characters: digits but for a `-` in front and a point at `point`.
    ///
    /// - Precondition: at most `longest` characters.
    private init(characters: Int, isNegative: Bool, point: Int?) {
        precondition(characters <= NumberShape.longest && (point ?? 0) <= characters)
        func put(_ character: UInt8, at place: Int) {
            pattern |= UInt64(character) << UInt64(8 * place)
            if character != 0x30 { punctuation |= 0xFF << UInt64(8 * place) }
        }
        for place in 0..<characters {
            if place == 0, isNegative {
                put(0x2D, at: place)
            } else if place == point {
                put(0x2E, at: place)
            } else {
                put(0x30, at: place)
                if let point, place < point {
                    whole |= 0xFF << UInt64(8 * place)
                } else {
                    fraction |= 0xFF << UInt64(8 * place)
                }
            }
        }
        put(0x20, at: characters)
        length = characters + 1
        fractionScale = 1 << UInt64(8 * (8 - characters))
        if let point {
            wholeScale = 1 << UInt64(8 * (9 - characters))
            divisor = DecimalScanner.power(characters - 1 - point)
        }
        if isNegative { divisor = -divisor }
    }

    /// The number at the front of `word`, nil where it is of another shape.
    @inline(__always)
    func read(_ word: UInt64) -> Double? {
        let digits = word ^ pattern
        let packed = (digits & whole) &* wholeScale | (digits & fraction) &* fractionScale
        let isOther = ((packed &+ 0x7676_7676_7676_7676) | packed) & 0x8080_8080_8080_8080 | digits & punctuation
        guard isOther == 0 else { return nil }
        let number = Double(Int64(truncatingIfNeeded: DecimalScanner.value(ofEight: packed)))
        // A number may wait longer for a division by one than for all the rest.
        return divisor == 1 ? number : number / divisor
    }
}

extension NumberShape {
    /// A number of one digit.
    static let digit = NumberShape(characters: 1, isNegative: false, point: nil)

    /// Every shape there is, and some of no number, at `characters · 16 + point · 2 + sign`.
    private static let all: [NumberShape] = (0..<128).map { place in
        let (characters, point) = (place >> 4, place >> 1 & 7)
        return NumberShape(
            characters: characters, isNegative: place & 1 == 1 && characters > 0,
            point: point < characters ? point : nil)
    }

    /// The shape of the number that `word`, its first character lowest, begins with.
    ///
    /// - Returns: nil where no number stands there that a space follows, or a longer one. What is no number otherwise may
    ///   get a shape; `read` refuses it.
    @inline(__always)
    static func shape(of word: UInt64) -> NumberShape? {
        let characters = first(0x20, in: word)
        let point = min(first(0x2E, in: word), characters)
        let sign = word & 0xFF == 0x2D ? 1 : 0
        let digits = characters - sign - (point < characters ? 1 : 0)
        guard characters <= longest, digits > 0 else { return nil }
        return all[characters << 4 | point << 1 | sign]
    }

    /// The place of the first `byte` in `word`, 8 where there is none.
    @inline(__always)
    private static func first(_ byte: UInt64, in word: UInt64) -> Int {
        let differences = word ^ (byte &* 0x0101_0101_0101_0101)
        // Exact for the lowest byte that is zero.
        return ((differences &- 0x0101_0101_0101_0101) & ~differences & 0x8080_8080_8080_8080).trailingZeroBitCount >> 3
    }
}
