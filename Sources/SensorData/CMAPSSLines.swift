import VectorMath

/// Reads lines of C-MAPSS text that are whole, and remembers how the numbers of each column were laid out.
struct CMAPSSLines {
    /// Why reading stopped.
    enum Stop {
        /// There is no further line, or no room for it.
        case done
        /// The next line begins another unit.
        case unitEnd
        /// The next line is blank or faulty.
        case oddLine
    }

    /// Rows read at a time.
    private static let blockRows = 64
    private static let width = CMAPSSSchema.fileColumnCount - 2

    /// By column of the file.
    private var shapes = Array(repeating: NumberShape.digit, count: CMAPSSSchema.fileColumnCount)
    private var fields = FieldReader(kernels.fields, columns: width, behind: 2)

    /// Appends the rows of the lines from `position` on to `rows`; `position` moves behind them.
    ///
    /// - Parameters:
    ///   - end: where the last of the lines ends, behind its newline.
    ///   - stopsAtUnitEnd: whether to stop before a row of another unit than that of the last row in `rows`.
    mutating func read(
        _ bytes: UnsafeRawBufferPointer, from position: inout Int, to end: Int, into rows: inout RowBatch,
        stopsAtUnitEnd: Bool
    ) -> Stop {
        precondition(position >= 0 && end <= bytes.count && (position >= end || bytes[end - 1] == 0x0A))
        var stop = Stop.done
        while stop == .done, position < end {
            let unit = stopsAtUnitEnd ? rows.unitIDs.last : nil
            rows.unitIDs.append(addingCapacity: CMAPSSLines.blockRows) { units in
                rows.cycles.append(addingCapacity: CMAPSSLines.blockRows) { cycles in
                    rows.values.append(addingCapacity: CMAPSSLines.blockRows * CMAPSSLines.width) { values in
                        stop = readBlock(bytes, &position, end, unit, stopsAtUnitEnd, &units, &cycles, &values)
                    }
                }
            }
        }
        return stop
    }

    /// Reads up to `blockRows` lines into spans with room for as many rows.
    private mutating func readBlock(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int, _ unit: Int64?, _ stopsAtUnitEnd: Bool,
        _ units: inout OutputSpan<Int64>, _ cycles: inout OutputSpan<Int64>, _ values: inout OutputSpan<Double>
    ) -> Stop {
        fields.prepare(UnsafeRawBufferPointer(rebasing: bytes[position..<end]), lines: CMAPSSLines.blockRows)
        return shapes.withUnsafeMutableBufferPointer { shapes in
            units.withUnsafeMutableBufferPointer { units, unitCount in
                cycles.withUnsafeMutableBufferPointer { cycles, cycleCount in
                    values.withUnsafeMutableBufferPointer { values, valueCount in
                        guard let shapes = shapes.baseAddress, let units = units.baseAddress,
                            let cycles = cycles.baseAddress, let values = values.baseAddress
                        else { return .done }
                        let (count, stop) = CMAPSSLines.readBlock(
                            bytes, &position, end, shapes, &fields, unit, stopsAtUnitEnd, units, cycles, values)
                        unitCount = count
                        cycleCount = count
                        valueCount = count * CMAPSSLines.width
                        return stop
                    }
                }
            }
        }
    }

    private static func readBlock(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int,
        _ shapes: UnsafeMutablePointer<NumberShape>, _ fields: inout FieldReader, _ unit: Int64?,
        _ stopsAtUnitEnd: Bool, _ units: UnsafeMutablePointer<Int64>, _ cycles: UnsafeMutablePointer<Int64>,
        _ values: UnsafeMutablePointer<Double>
    ) -> (count: Int, stop: Stop) {
        guard let base = bytes.baseAddress else { return (0, .done) }
        let start = position
        let lastWord = bytes.count - 8
        var unit = unit
        var known = KnownUnit()
        var at = position
        for row in 0..<blockRows {
            guard at < end else { return (row, .done) }
            if at > lastWord || !known.begins(base + at) {
                guard let first = CMAPSSLines.number(base, lastWord, at, shapes), let number = whole(first.value)
                else {
                    return (row, .oddLine)
                }
                known = KnownUnit(number, base + at, length: first.next - at)
            }
            let number = known.number
            if stopsAtUnitEnd, let unit, unit != number { return (row, .unitEnd) }
            guard let second = CMAPSSLines.number(base, lastWord, at &+ known.length, shapes + 1),
                let cycle = whole(second.value)
            else {
                return (row, .oddLine)
            }
            at = second.next
            let place = values + row &* width
            if let end = fields.read(line: row, into: place) {
                at = start &+ end
            } else {
                for column in 0..<width {
                    guard let read = CMAPSSLines.number(base, lastWord, at, shapes + (2 &+ column)) else {
                        return (row, .oddLine)
                    }
                    place[column] = read.value
                    at = read.next
                }
                fields.learn(line: row)
            }
            while bytes[at] != 0x0A {
                guard isSpace(bytes[at]) else { return (row, .oddLine) }
                at &+= 1
            }
            at &+= 1
            units[row] = number
            cycles[row] = cycle
            unit = number
            position = at
        }
        return (blockRows, .done)
    }

    /// The unit of the line before, as it is written: mostly the next line begins with the same characters.
    private struct KnownUnit {
        private(set) var number: Int64 = 0
        /// Characters, with the blank behind them.
        private(set) var length = 0
        private var word: UInt64 = 0
        /// The bytes of the word that are the unit's; with none no line begins with it.
        private var mask: UInt64 = 0

        init() {}

        /// A number that is `length` long with what stands behind it; one whose end that does not show is not known again.
        @inline(__always)
        init(_ number: Int64, _ text: UnsafeRawPointer, length: Int) {
            self.number = number
            self.length = length
            guard length <= 8, text.load(fromByteOffset: length - 1, as: UInt8.self) == 0x20 else { return }
            mask = UInt64.max >> UInt64(64 - 8 * length)
            for place in 0..<length {
                word |= UInt64(text.load(fromByteOffset: place, as: UInt8.self)) << UInt64(8 * place)
            }
        }

        /// Whether the eight bytes at `text` begin with it.
        @inline(__always)
        func begins(_ text: UnsafeRawPointer) -> Bool {
            mask != 0 && UInt64(littleEndian: text.loadUnaligned(as: UInt64.self)) & mask == word
        }
    }

    /// Space, tab, carriage return, newline.
    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }

    /// A number, and where the one behind it may begin. In registers: passed through memory the place would hold up the
    /// next number.
    private typealias Read = (value: Double, next: Int)

    /// The next number of a line that ends in a newline, finite and followed by white space; nil at the end of the line
    /// or a fault.
    @inline(__always)
    private static func number(
        _ base: UnsafeRawPointer, _ lastWord: Int, _ at: Int, _ shape: UnsafeMutablePointer<NumberShape>
    ) -> Read? {
        if at <= lastWord,
            let value = shape.pointee.read(
                UInt64(littleEndian: base.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
        {
            return (value, at &+ shape.pointee.length)
        }
        return otherNumber(UnsafeRawBufferPointer(start: base, count: lastWord &+ 8), at, shape)
    }

    /// `number` where it is laid out otherwise than the one before, stands near the end of `bytes`, or is a fault.
    @inline(never)
    private static func otherNumber(
        _ bytes: UnsafeRawBufferPointer, _ at: Int, _ shape: UnsafeMutablePointer<NumberShape>
    ) -> Read? {
        if at + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            if let other = NumberShape.shape(of: word), let value = other.read(word) {
                shape.pointee = other
                return (value, at + other.length)
            }
        }
        var at = at
        guard let value = number(bytes, &at) else { return nil }
        // Only a number that is preceded by nothing can be compared with a shape.
        return (value, bytes[at] == 0x20 ? at + 1 : at)
    }

    /// The next number of the line, whatever its layout; `at` moves behind it.
    static func number(_ bytes: UnsafeRawBufferPointer, _ at: inout Int) -> Double? {
        while bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0D { at += 1 }
        guard let value = DecimalScanner.scan(bytes, from: &at), isSpace(bytes[at]), value.isFinite else { return nil }
        return value
    }

    /// `value` where it is whole and positive.
    @inline(__always)
    static func whole(_ value: Double) -> Int64? {
        guard value >= 1, value <= 0x1p53 else { return nil }
        let whole = Int64(value)
        return Double(whole) == value ? whole : nil
    }
}
