import CommandKit
import RecordStreams
import SensorData

/// Rows on their way through the validator to the writer.
final class ValidatedStream {
    private var validator: Validator
    private let writer: RecordWriter
    private let report: Report
    private var listed = 0
    private var numbering = UnitNumbering()

    init(_ validator: Validator, writer: RecordWriter, report: Report) {
        self.validator = validator
        self.writer = writer
        self.report = report
    }

    /// Passes on the rows of one operand, records or NASA's text, told apart by their first byte.
    func pass(_ path: String) throws {
        let source = try ByteSource(path: path)
        source.beforeBlocking = { [writer] in try writer.flush() }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 131_072, alignment: 64)
        defer { buffer.deallocate() }
        let count = try source.read(into: buffer)
        let isText = buffer[..<count].first { $0 > 0x20 }.map { $0 < 0x3A } ?? false
        guard !isText else { return try passText(source, buffer, count) }
        // The bytes that were looked at come first, once more.
        var taken = 0
        let whole = ByteSource(name: source.name) { room in
            guard taken < count else { return try source.read(into: room) }
            let length = min(room.count, count - taken)
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[taken..<taken + length]))
            taken += length
            return length
        }
        let reader = RecordReader(whole)
        var rows = RowBatch(schema: CMAPSSSchema.rows(labelled: false))
        while try reader.next(&rows) { try pass(rows) }
    }

    /// Passes on the sound rows of NASA's text and takes note of every faulty line. NASA numbers the units of each file from 1;
    /// those of a further file are other units.
    private func passText(_ source: ByteSource, _ buffer: UnsafeMutableRawBufferPointer, _ first: Int) throws {
        numbering.beginFile()
        var parser = CMAPSSParser(file: source.name)
        let schema = RowSchema(keys: .cycle, columns: CMAPSSSchema.columns)
        var rows = RowBatch(schema: schema)
        var count = first
        func goOn(_ step: (inout CMAPSSParser, inout RowBatch) throws -> Void) throws {
            var isDone = false
            while !isDone {
                var fault: DataError?
                do {
                    try step(&parser, &rows)
                    isDone = true
                } catch let error as DataError {
                    fault = error
                }
                numbering.number(&rows)
                try pass(rows)
                rows.removeAll()
                if let fault {
                    validator.note(fault, column: parser.faultyColumn)
                    list()
                }
            }
        }
        while count > 0 {
            let chunk = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            var position = 0
            try goOn { _ = try $0.parse(chunk, from: &position, into: &$1) }
            count = try source.read(into: buffer)
        }
        try goOn { _ = try $0.finish(into: &$1) }
        report.noteNumbering(numbering, of: source.name)
    }

    private func pass(_ rows: RowBatch) throws {
        guard !rows.isEmpty else { return }
        validator.check(rows)
        list()
        try writer.write(rows)
    }

    /// Ends the stream, with what made it unreadable.
    func finish(_ unreadable: DataError?) -> ValidationVerdict {
        if let unreadable { validator.note(unreadable) }
        validator.finish()
        list()
        return validator.verdict
    }

    private func list() {
        let violations = validator.verdict.violations
        for violation in violations[listed...] { report.logger.error("\(violation)") }
        listed = violations.count
    }
}
