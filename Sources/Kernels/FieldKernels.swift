/// What reading columns of short decimal numbers is made of, where vectors are wide enough to beat a number at a time.
///
/// They are called for every line, so they are bare functions, without a context to be counted.
public struct FieldKernels: Sendable {
    /// Finds the first blank (a byte up to the space) behind each field of a text of `length` bytes, until there are
    /// `wanted` of them, and writes where they stand.
    ///
    /// What comes before the text ends no field. Up to `endSlack` more places may be written, some of which are none.
    /// Returns how many there are.
    public typealias Ends =
        @convention(c) (
            _ text: UnsafeRawPointer, _ length: Int, _ wanted: Int, _ ends: UnsafeMutablePointer<Int32>
        ) -> Int

    /// Reads the numbers in `count` fields, which begin a byte behind the end of the one before and end at `ends`.
    ///
    /// Returns false, with `values` undefined, where one is of another shape than `shapes` says. `ends[-1]` belongs to the
    /// first field; `FieldShapes.longest` bytes before each end are readable; `count` is a multiple of `group`.
    public typealias Numbers =
        @convention(c) (
            _ text: UnsafeRawPointer, _ ends: UnsafePointer<Int32>, _ count: Int, _ shapes: UnsafePointer<UInt64>,
            _ values: UnsafeMutablePointer<Double>
        ) -> Bool

    /// What `findEnds` may write beyond the places wanted.
    public static let endSlack = 128
    /// The fields that are read at once.
    public static let group = 8

    /// Where fields end.
    public let findEnds: Ends
    /// The numbers in fields.
    public let readNumbers: Numbers

    /// Collects the kernels of a level.
    public init(findEnds: @escaping Ends, readNumbers: @escaping Numbers) {
        self.findEnds = findEnds
        self.readNumbers = readNumbers
    }
}

/// How the characters of the short numbers of columns stand, counted from their ends: a blank, digits, a point, digits,
/// a `-`. Against a known shape a number is one word to be compared, shifted and multiplied.
public enum FieldShapes {
    /// The longest number in characters: with the blank behind it, it fills a word.
    public static let longest = 7
    /// The most places behind a point.
    public static let mostPlaces = 5

    /// What is known of a shape; each is a row of `columns` words in the memory that `FieldKernels.Numbers` is given.
    public enum Row: Int, CaseIterable {
        /// What digits, point and blank are to be xored with to leave 0 … 9 and 0.
        case pattern
        /// The bytes of point and blank.
        case punctuation
        /// The bytes of the digits before a point.
        case whole
        /// The bytes of the digits behind the point, or of all of them where there is none.
        case fraction
        /// What the digits are to be divided by, an exact power of ten, as the bits of a Double.
        case divisor
        /// One divided by the divisor, as bits.
        case reciprocal
        /// The fewest characters without a sign: a digit, and point and places where there are any.
        case shortest
    }

    /// The most columns there can be.
    public static let columns = 32

    /// Expects numbers with `places` behind their point (0: no point) and `blank` behind them in `column` of `shapes`.
    public static func set(_ shapes: UnsafeMutablePointer<UInt64>, column: Int, places: Int, blank: UInt8) {
        precondition((0...mostPlaces).contains(places) && (0..<columns).contains(column))
        let point = longest - 1 - places
        let pointByte = places > 0 ? 0xFF << UInt64(8 * point) : 0 as UInt64
        let blankByte = 0xFF << UInt64(8 * longest) as UInt64
        let whole = places > 0 ? (1 << UInt64(8 * point)) - 1 : 0 as UInt64
        let digits = ~(pointByte | blankByte)
        let divisor = (0..<places).reduce(1.0) { power, _ in 10 * power }
        func put(_ value: UInt64, _ row: Row) { shapes[row.rawValue * columns + column] = value }
        put(
            0x3030_3030_3030_3030 & digits | 0x2E2E_2E2E_2E2E_2E2E & pointByte | UInt64(blank) << UInt64(8 * longest),
            .pattern)
        put(pointByte | blankByte, .punctuation)
        put(whole, .whole)
        put(digits & ~whole, .fraction)
        put(divisor.bitPattern, .divisor)
        put((1 / divisor).bitPattern, .reciprocal)
        put(places > 0 ? UInt64(places) + 2 : 1, .shortest)
    }
}
