import Foundation
import SensorData
import Testing

@Suite struct CMAPSSParserTests {
    @Test func readsEveryColumn() throws {
        let rows = try CMAPSSText.parse(
            "1 2 -0.0007 -0.0004 100.0 518.67 641.82 1589.70 1400.60 14.62 21.61 554.36 2388.06 9046.19 1.30 47.47 521.66 "
                + "2388.02 8138.62 8.4195 0.03 392 2388 100.00 39.06 23.4190  \n")
        #expect(rows.unitIDs == [1])
        #expect(rows.cycles == [2])
        #expect(rows.width == 24)
        #expect(
            rows.values == [
                -0.0007, -0.0004, 100.0, 518.67, 641.82, 1589.70, 1400.60, 14.62, 21.61, 554.36, 2388.06, 9046.19, 1.30,
                47.47, 521.66, 2388.02, 8138.62, 8.4195, 0.03, 392, 2388, 100.00, 39.06, 23.4190,
            ])
        #expect(rows.origin == SourceLocation(file: "engines.txt", number: 1))
    }

    @Test func chunkSizeChangesNothing() throws {
        let text = CMAPSSText.file([3, 1, 4])
        let whole = try CMAPSSText.parse(text)
        #expect(whole.count == 8)
        for size in 1...700 {
            let parts = try CMAPSSText.parse(text, chunkSize: size)
            #expect(parts.unitIDs == whole.unitIDs && parts.cycles == whole.cycles && parts.values == whole.values)
        }
    }

    @Test(arguments: ["\n", " \n", "\r\n", "  \r\n", "\t\n"])
    func acceptsLineEnds(newline: String) throws {
        let rows = try CMAPSSText.parse(CMAPSSText.file([2], newline: newline), chunkSize: 7)
        #expect(rows.values == (try CMAPSSText.parse(CMAPSSText.file([2]))).values)
    }

    @Test func readsNumbersLaidOutAnewInEveryLine() throws {
        var random = SplitMix(state: 4)
        var text = ""
        var expected: [Double] = []
        for cycle in 1...300 {
            let fields = (1...24).map { _ in
                let digits = "\(random.next() % 1_000_000_000)".prefix(1 + Int(random.next() % 8))
                let point = digits.index(digits.startIndex, offsetBy: Int(random.next() % UInt64(digits.count + 1)))
                let hasPoint = random.next() % 4 > 0
                return (random.next() % 4 == 0 ? "-" : "") + digits[..<point] + (hasPoint ? "." : "") + digits[point...]
            }
            let gap = cycle % 7 == 0 ? "\t" : cycle % 5 == 0 ? "  " : " "
            text += "1\(gap)\(cycle)\(gap)" + fields.joined(separator: gap) + (cycle % 3 == 0 ? "\n" : "  \n")
            expected += fields.map { strtod($0, nil) }
        }
        for size in [Int.max, 1000, 37] {
            let rows = try CMAPSSText.parse(text, chunkSize: size)
            #expect(rows.cycles == Array(1...300))
            #expect(rows.values.map(\.bitPattern) == expected.map(\.bitPattern))
        }
    }

    @Test("units whose numbers begin alike are told apart, however they are set off")
    func tellsUnitsApart() throws {
        var random = SplitMix(state: 9)
        let known: [Int64] = [1, 12, 123, 1_234_567, 12_345_678, 123_456_789, 2, 21]
        var text = ""
        var expected: [Int64] = []
        for cycle in 1...2000 {
            // Most rows are of the unit of the row before.
            let unit = random.next() % 4 > 0 ? expected.last ?? 1 : known[Int(random.next() % 8)]
            let indentation = random.next() % 8 == 0 ? " " : ""
            let gap = random.next() % 4 == 0 ? "\t" : random.next() % 4 == 0 ? "  " : " "
            text += "\(indentation)\(unit)\(gap)\(cycle) " + (0..<24).map(String.init).joined(separator: " ") + "\n"
            expected.append(unit)
        }
        for size in [Int.max, 500] { #expect(try CMAPSSText.parse(text, chunkSize: size).unitIDs == expected) }
    }

    @Test func acceptsTabsIndentationAndBlankLinesAtTheEnd() throws {
        let text =
            "  " + CMAPSSText.line(unit: 1, cycle: 1).split(separator: " ").joined(separator: "\t ") + "\n\n  \r\n\n"
        #expect(try CMAPSSText.parse(text).count == 1)
        #expect(try CMAPSSText.parse(text, chunkSize: 5).count == 1)
    }

    @Test func acceptsALastLineThatIsCertainlyWhole() throws {
        #expect(try CMAPSSText.parse(CMAPSSText.line(unit: 1, cycle: 1) + " ").count == 1)
        #expect(try CMAPSSText.parse("").count == 0)
        #expect(try CMAPSSText.parse("\n\n").count == 0)
    }

    /// `line 2` of a file whose first line is sound, and what is said of it.
    @Test(arguments: [
        ("1 2 3", "engines.txt:2:6: wrong number of columns; expected 26, found 3"),
        (
            CMAPSSText.line(unit: 1, cycle: 2) + " 7",
            "engines.txt:2:173: wrong number of columns; expected 26, found 27"
        ),
        (
            "112",
            "engines.txt:2:4: wrong number of columns; expected 26, found 1 (a file of remaining useful lives is given with --rul)"
        ),
        (
            CMAPSSText.line(unit: 1, cycle: 2).replacing("504.21", with: "abc"),
            "engines.txt:2:47: sensor_4: expected a finite decimal number, found 'abc'"
        ),
        (
            CMAPSSText.line(unit: 1, cycle: 2).replacing("504.21", with: "NaN"),
            "engines.txt:2:47: sensor_4: expected a finite decimal number, found 'NaN'"
        ),
        (
            CMAPSSText.line(unit: 1, cycle: 2).replacing("504.21", with: "1e999"),
            "engines.txt:2:47: sensor_4: expected a finite decimal number, found '1e999'"
        ),
        (
            CMAPSSText.line(unit: 1, cycle: 2).replacing("504.21", with: "5,04"),
            "engines.txt:2:47: sensor_4: expected a finite decimal number, found '5,04'"
        ),
        (
            CMAPSSText.line(unit: 1, cycle: 2).replacing("1 2", with: "1.5 2"),
            "engines.txt:2:1: unit_id: expected a whole number of at least 1, found '1.5'"
        ),
        (
            CMAPSSText.line(unit: 1, cycle: 0),
            "engines.txt:2:3: cycle: expected a whole number of at least 1, found '0'"
        ),
        (
            CMAPSSText.line(unit: 1, cycle: 2).replacing("504.21", with: "\u{1b}[31m"),
            #"engines.txt:2:47: sensor_4: expected a finite decimal number, found '\u{1B}[31m'"#
        ),
        ("", "engines.txt:2: a blank line between rows; expected 26 columns, found 0"),
    ])
    func namesTheFault(line: String, message: String) {
        let text = CMAPSSText.file([1]) + line + "\n" + CMAPSSText.line(unit: 1, cycle: 3) + "\n"
        for size in [Int.max, 1, 13] {
            let error = #expect(throws: DataError.self) { try CMAPSSText.parse(text, chunkSize: size) }
            #expect(error?.description == message)
        }
    }

    @Test func namesACutLine() {
        let line = CMAPSSText.line(unit: 1, cycle: 2)
        for size in [Int.max, 3] {
            let error = #expect(throws: DataError.self) {
                try CMAPSSText.parse(CMAPSSText.file([1]) + line, chunkSize: size)
            }
            #expect(
                error?.description
                    == "engines.txt:2:172: the last line is cut; expected 26 columns and a newline, found 26 columns and no newline"
            )
            #expect(throws: DataError.self) {
                try CMAPSSText.parse(CMAPSSText.file([1]) + line.prefix(50), chunkSize: size)
            }
        }
    }

    @Test func refusesALineWithoutEnd() {
        #expect(throws: DataError.self) {
            try CMAPSSText.parse(String(repeating: "1 ", count: 40_000), chunkSize: 4096)
        }
    }

    @Test func goesOnBehindAFault() throws {
        var parser = CMAPSSParser(file: "engines.txt")
        var rows = RowBatch(schema: CMAPSSSchema.rows(labelled: false))
        let text = CMAPSSText.file([2]) + "oops\n\n" + CMAPSSText.line(unit: 1, cycle: 3) + "\n"
        var faults: [Int?] = []
        try CMAPSSText.forEachChunk(of: text, size: 11) { chunk in
            var position = 0
            while true {
                do {
                    _ = try parser.parse(chunk, from: &position, into: &rows)
                    return
                } catch let error as DataError { faults.append(error.location?.number) }
            }
        }
        #expect(faults == [3, 4])
        #expect(rows.cycles == [1, 2, 3])
    }

    @Test func stopsAtUnitEnds() throws {
        for size in [1, 50, 170, .max] {
            var parser = CMAPSSParser(file: "engines.txt")
            var rows = RowBatch(schema: CMAPSSSchema.rows(labelled: false))
            var runs: [[Int64]] = []
            var origins: [Int] = []
            func takeRun() {
                runs.append(rows.unitIDs)
                origins.append(rows.origin.number)
                rows.removeAll()
            }
            try CMAPSSText.forEachChunk(of: CMAPSSText.file([2, 1, 3]), size: size) { chunk in
                var position = 0
                while try parser.parse(chunk, from: &position, into: &rows, stopsAtUnitEnd: true) { takeRun() }
            }
            while try parser.finish(into: &rows, stopsAtUnitEnd: true) { takeRun() }
            takeRun()
            #expect(runs == [[1, 1], [2], [3, 3, 3]])
            #expect(origins == [1, 3, 4])
        }
    }
}
