import SensorData
import Testing

@Suite struct CMAPSSIngestionTests {
    private let clock = RowClock(start: 1000, interval: 10, stagger: 5000)

    /// All rows of `text`, fed in chunks of `chunkSize`, as one batch; `batches` counts what was handed out.
    private func ingest(
        _ text: String, _ labels: CMAPSSIngestion.Labels, numbering: UnitNumbering = UnitNumbering(),
        chunkSize: Int = .max,
        emit: (RowBatch) -> Void = { _ in }
    ) throws -> (rows: RowBatch, ingestion: CMAPSSIngestion) {
        var ingestion = CMAPSSIngestion(file: "engines.txt", labels: labels, clock: clock, numbering: numbering)
        var all: RowBatch?
        func take(_ batch: RowBatch) {
            emit(batch)
            guard all != nil else { return all = batch }
            all?.unitIDs += batch.unitIDs
            all?.cycles += batch.cycles
            all?.timestamps += batch.timestamps
            all?.rul += batch.rul
            all?.isAnomaly += batch.isAnomaly
            all?.values += batch.values
        }
        try CMAPSSText.forEachChunk(of: text, size: chunkSize) { try ingestion.feed($0, emit: take) }
        try ingestion.finish(emit: take)
        return (all ?? RowBatch(schema: CMAPSSSchema.rows(labelled: false)), ingestion)
    }

    private func life(_ text: String) throws -> RemainingLife {
        try RemainingLife(file: "RUL.txt", text: Array(text.utf8))
    }

    @Test func labelsRunsToFailure() throws {
        for size in [1, 100, 333, .max] {
            let rows = try ingest(CMAPSSText.file([3, 2]), .runToFailure(threshold: 2), chunkSize: size).rows
            #expect(rows.unitIDs == [1, 1, 1, 2, 2])
            #expect(rows.rul == [2, 1, 0, 1, 0])
            #expect(rows.isAnomaly == [0, 1, 1, 1, 1])
            #expect(rows.timestamps == [1000, 1010, 1020, 6000, 6010])
            #expect(rows.schema == CMAPSSSchema.rows(labelled: true))
        }
    }

    @Test func labelsTestFilesByTheirRemainingLife() throws {
        let labels = CMAPSSIngestion.Labels.remaining(try life("1\n30 \n"), threshold: 3)
        let rows = try ingest(CMAPSSText.file([3, 2]), labels).rows
        #expect(rows.rul == [3, 2, 1, 31, 30])
        #expect(rows.isAnomaly == [0, 1, 1, 0, 0])
    }

    @Test func leavesUnlabelledRowsUnlabelled() throws {
        let (rows, ingestion) = try ingest(CMAPSSText.file([3, 2]), .none, chunkSize: 200)
        #expect(rows.rul.isEmpty && rows.isAnomaly.isEmpty)
        #expect(rows.schema.keys == [.cycle, .timestamp])
        #expect(ingestion.rowCount == 5 && ingestion.unitCount == 2)
    }

    @Test func handsOutAUnitAsSoonAsItsEndIsKnown() throws {
        let text = CMAPSSText.file([3, 2, 4])
        let untilUnit3 = CMAPSSText.file([3, 2]).utf8.count
        var ingestion = CMAPSSIngestion(file: "engines.txt", labels: .runToFailure(threshold: 30), clock: clock)
        var sizes: [Int] = []
        var fed = 0
        try CMAPSSText.forEachChunk(of: text, size: 1) { chunk in
            try ingestion.feed(chunk) { sizes.append($0.count) }
            fed += 1
            if fed == untilUnit3 { #expect(sizes == [3]) }
        }
        #expect(sizes == [3, 2])
        try ingestion.finish { sizes.append($0.count) }
        #expect(sizes == [3, 2, 4])
    }

    @Test(arguments: [
        ("1\n", "engines.txt:4: unit 2 has no line in RUL.txt; expected units 1 … 1"),
        ("1\n2\n3\n", "RUL.txt:3: expected a line for each of the 2 units of engines.txt, found 3 lines"),
    ])
    func namesBothFilesWhenUnitsAndLivesDiffer(lives: String, message: String) throws {
        let labels = CMAPSSIngestion.Labels.remaining(try life(lives), threshold: 30)
        let error = #expect(throws: DataError.self) { try ingest(CMAPSSText.file([3, 2]), labels) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        ("", "RUL.txt:1: expected a number of cycles for each unit, found no line"),
        ("1\n\n2\n", "RUL.txt:2: a blank line between values; expected a number of cycles"),
        ("1\n2 3\n", "RUL.txt:2: expected one number of cycles a line, found 2 columns"),
        ("1\n-2\n", "RUL.txt:2: expected a whole number of cycles of at least 0, found '-2'"),
        ("1\n2.5\n", "RUL.txt:2: expected a whole number of cycles of at least 0, found '2.5'"),
        ("x\n", "RUL.txt:1: expected a whole number of cycles of at least 0, found 'x'"),
        ("112\n9", "RUL.txt:2: the last line is cut; expected a newline after the number of cycles, found the end"),
    ])
    func namesFaultsOfRULFiles(text: String, message: String) {
        let error = #expect(throws: DataError.self) { try life(text) }
        #expect(error?.description == message)
    }

    @Test func readsRULFilesWithCarriageReturns() throws {
        #expect(try life("112 \r\n98\r\n\n").cycles == [112, 98])
        #expect(try life("112 ").cycles == [112])
    }

    @Test func countsOnFromEarlierFiles() throws {
        let first = try ingest(CMAPSSText.file([1, 1, 1]), .none)
        let second = try ingest(CMAPSSText.file([2, 1]), .none, numbering: first.ingestion.numbering)
        #expect(second.rows.unitIDs == [4, 4, 5])
        #expect(second.ingestion.numbering.currentOffset == 3)
        #expect(second.rows.timestamps == [16_000, 16_010, 21_000])
        let third = try ingest(CMAPSSText.line(unit: 9, cycle: 1) + "\n", .none, numbering: second.ingestion.numbering)
        #expect(third.rows.unitIDs == [9])
    }

    @Test func tellsOfUnitsThatAppearAgain() throws {
        let text = CMAPSSText.file([2, 1]) + CMAPSSText.line(unit: 1, cycle: 1) + "\n"
        let (rows, ingestion) = try ingest(text, .runToFailure(threshold: 30))
        #expect(rows.unitIDs == [1, 1, 2, 1])
        #expect(rows.rul == [1, 0, 0, 0])
        #expect(ingestion.firstRepeat?.number == 4)
        #expect(ingestion.numbering.repeatCount == 1)
        let renumbered = try ingest(text, .runToFailure(threshold: 30), numbering: UnitNumbering(renumbers: true))
        #expect(renumbered.rows.unitIDs == [1, 1, 2, 3])
        #expect(renumbered.ingestion.firstRepeat == nil)
    }

    @Test(arguments: [false, true]) func refusesATrainingUnitInPieces(renumbers: Bool) throws {
        let text = CMAPSSText.file([2, 1]) + CMAPSSText.line(unit: 1, cycle: 3) + "\n"
        let numbering = UnitNumbering(renumbers: renumbers)
        let error = #expect(throws: DataError.self) {
            try ingest(text, .runToFailure(threshold: 30), numbering: numbering)
        }
        #expect(
            error?.description
                == "engines.txt:4: unit 1 appears again after other units; expected its rows in one piece, or another run "
                + "from cycle 1, found cycle 3")
        // Without labels there is nothing to get wrong.
        #expect(try ingest(text, .none, numbering: numbering).rows.count == 4)
    }

    @Test func refusesATestUnitInPieces() throws {
        let text = CMAPSSText.file([2, 1]) + CMAPSSText.line(unit: 1, cycle: 1) + "\n"
        for renumbers in [false, true] {
            let numbering = UnitNumbering(renumbers: renumbers)
            let error = #expect(throws: DataError.self) {
                try ingest(text, .remaining(try life("1\n2\n3\n"), threshold: 30), numbering: numbering)
            }
            #expect(error?.location?.number == 4)
        }
    }

    @Test func refusesTimesBeyondTheYear9999() {
        let error = #expect(throws: DataError.self) {
            try ingest(CMAPSSText.line(unit: 9_007_199_254_740_991, cycle: 1) + "\n", .none)
        }
        #expect(error?.location?.number == 1)
    }

    @Test(arguments: [
        ("250ms", 250), ("1s", 1000), ("0s", 0), ("1.5m", 90_000), ("1h", 3_600_000), ("2d", 172_800_000), ("1", nil),
        ("s", nil), ("-1s", nil), ("0.5ms", nil), ("1 h", nil), ("1e30d", nil), ("", nil),
    ])
    func readsSpans(text: String, milliseconds: Int64?) {
        #expect(TimeSpan.parse(text) == milliseconds)
    }

    @Test(arguments: [
        ("/data/train_FD001.txt", CMAPSSFileKind.train), ("test_FD002.txt.gz", .test), ("RUL_FD003.txt", .rul),
        ("Train.txt", .train), ("engines.txt", nil), ("-", nil), ("testing.txt", nil), ("train/engines.txt", nil),
    ])
    func tellsTheKindByTheName(name: String, kind: CMAPSSFileKind?) {
        #expect(CMAPSSFileKind(fileName: name) == kind)
    }
}
