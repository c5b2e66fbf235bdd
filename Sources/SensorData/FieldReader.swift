import Kernels
import VectorMath

/// Reads the numbers of a whole line at once, as long as they are laid out as in the lines before: where every field ends
/// is found ahead, so that no number waits for the one before it.
///
/// It judges nothing: what it does not take is read a number at a time.
struct FieldReader {
    /// Failures that are made up for by eight lines each, before no more lines are tried.
    private static let patience = 16

    private let kernels: FieldKernels?
    /// Fields ahead of the numbers, which are read otherwise.
    private let skipped: Int
    /// Numbers in a line.
    private let columns: Int
    /// See `FieldShapes`.
    private var shapes: [UInt64] = []
    /// Where the fields of the text end.
    private var ends: [Int32] = []
    /// How many there are.
    private var count = 0
    private var text = UnsafeRawBufferPointer(start: nil, count: 0)
    private var credit: Int

    /// Expects lines of `columns` numbers behind `skipped` other fields.
    init(_ kernels: FieldKernels?, columns: Int, behind skipped: Int) {
        let isUsable = columns <= FieldShapes.columns && columns % FieldKernels.group == 0
        self.kernels = isUsable ? kernels : nil
        self.columns = columns
        self.skipped = skipped
        credit = FieldReader.patience
        guard self.kernels != nil else { return }
        shapes = Array(repeating: 0, count: FieldShapes.Row.allCases.count * FieldShapes.columns)
        for column in 0..<columns { expect(places: 0, blank: 0x20, in: column) }
    }

    private mutating func expect(places: Int, blank: UInt8, in column: Int) {
        shapes.withUnsafeMutableBufferPointer { shapes in
            guard let shapes = shapes.baseAddress else { return }
            FieldShapes.set(shapes, column: column, places: places, blank: blank)
        }
    }

    /// Finds the fields of up to `lines` lines at the front of `text`, which must stay until the next call.
    mutating func prepare(_ text: UnsafeRawBufferPointer, lines: Int) {
        count = 0
        guard let kernels, credit > 0, let base = text.baseAddress else { return }
        self.text = text
        let wanted = lines * (skipped + columns)
        if ends.count < wanted + FieldKernels.endSlack {
            ends = Array(repeating: 0, count: wanted + FieldKernels.endSlack)
        }
        count = ends.withUnsafeMutableBufferPointer { ends in
            ends.baseAddress.map { kernels.findEnds(base, text.count, wanted, $0) } ?? 0
        }
    }

    /// Reads the numbers of line `line` of the text; the lines before it must have had as many fields as this one.
    ///
    /// - Returns: where the last one ends in the text; nil, with `values` undefined, where they are laid out otherwise.
    @inline(__always)
    mutating func read(line: Int, into values: UnsafeMutablePointer<Double>) -> Int? {
        let first = line &* (skipped &+ columns) &+ skipped
        guard let kernels, first &+ columns <= count, credit > 0, let text = text.baseAddress else { return nil }
        let end: Int? = ends.withUnsafeBufferPointer { ends in
            shapes.withUnsafeBufferPointer { shapes in
                guard let ends = ends.baseAddress, let shapes = shapes.baseAddress,
                    ends[first] >= FieldShapes.longest,
                    text.load(fromByteOffset: Int(ends[first &- 1]), as: UInt8.self) == 0x20,
                    kernels.readNumbers(text, ends + first, columns, shapes, values)
                else { return nil }
                return Int(ends[first &+ columns &- 1])
            }
        }
        credit = end == nil ? credit &- 8 : min(credit &+ 1, FieldReader.patience)
        return end
    }

    /// Expects the next lines to be laid out as line `line`, which has been read a number at a time.
    mutating func learn(line: Int) {
        let first = line * (skipped + columns) + skipped
        guard first + columns <= count, credit > 0 else { return }
        for column in 0..<columns {
            let (start, end) = (Int(ends[first + column - 1]) + 1, Int(ends[first + column]))
            let places = (0...FieldShapes.mostPlaces).first { $0 < end - start && text[end - 1 - $0] == 0x2E }
            expect(places: places ?? 0, blank: text[end], in: column)
        }
    }
}
