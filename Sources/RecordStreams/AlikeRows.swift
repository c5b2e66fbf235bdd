import SensorData

/// Decodes lines that are laid out alike. It judges nothing: where a line is laid out otherwise, cut or faulty, it stops
/// before it, and the general decoder finds out which.
struct AlikeRows {
    let layout: RowLayout
    let stage: RowStage
    private var day = DayText()

    init(layout: RowLayout, stage: RowStage) {
        self.layout = layout
        self.stage = stage
    }

    /// Decodes lines from `start` until one is not as expected, or the stage is full.
    ///
    /// - Parameter limit: the end of what has arrived, where a newline stands that is no part of it.
    /// - Returns: the start of the first line that was not decoded.
    mutating func decode(_ start: UnsafePointer<UInt8>, limit: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        let layout = layout
        guard layout.isComparable else { return start }
        let stage = stage
        let tail = layout.text + layout.tailOffset
        var at = start
        var row = stage.count
        while row < stage.capacity, at < limit {
            var passthrough = ""
            guard var end = decodeRow(at, row, layout, stage, &passthrough),
                RowLayout.matches(end, tail, layout.tailLength)
            else { break }
            end += layout.tailLength
            guard end <= limit else { break }
            stage.commit(passthrough: passthrough)
            row &+= 1
            at = end
        }
        return at
    }

    @inline(__always)
    private mutating func decodeRow(
        _ line: UnsafePointer<UInt8>, _ row: Int, _ layout: RowLayout, _ stage: RowStage, _ passthrough: inout String
    ) -> UnsafePointer<UInt8>? {
        let values = stage.values + row &* stage.width
        var at = line
        for slot in layout.slots {
            guard RowLayout.matches(at, layout.text + Int(slot.offset), Int(slot.length)) else { return nil }
            at += Int(slot.length)
            switch slot.kind {
            case .column:
                if let end = NumberScanner.scan(at, &values[Int(slot.index)]) {
                    at = end
                } else {
                    guard AlikeRows.isNull(at) else { return nil }
                    values[Int(slot.index)] = .nan
                    at += 4
                }
            case .unitID:
                guard let (value, end) = NumberScanner.integer(at) else { return nil }
                stage.unitIDs[row] = value
                at = end
            case .cycle:
                guard let end = AlikeRows.integer(at, &stage.cycles[row]) else { return nil }
                at = end
            case .rul:
                guard let end = AlikeRows.integer(at, &stage.rul[row]) else { return nil }
                at = end
            case .timestamp:
                guard let end = timestamp(at, &stage.timestamps[row]) else { return nil }
                at = end
            case .isAnomaly:
                guard let end = AlikeRows.label(at, &stage.isAnomaly[row]) else { return nil }
                at = end
            case .text:
                guard let end = AlikeRows.text(at, layout.keys[Int(slot.index)], &passthrough) else { return nil }
                at = end
            }
        }
        return at
    }

    @inline(__always)
    private static func word(_ at: UnsafePointer<UInt8>) -> UInt32 {
        UInt32(littleEndian: UnsafeRawPointer(at).loadUnaligned(as: UInt32.self))
    }

    /// Four characters as `word` reads them.
    @inline(__always)
    private static func isNull(_ at: UnsafePointer<UInt8>) -> Bool { word(at) == 0x6c6c_756e }

    @inline(__always)
    private static func integer(_ at: UnsafePointer<UInt8>, _ value: inout Int64) -> UnsafePointer<UInt8>? {
        if let (number, end) = NumberScanner.integer(at) {
            value = number
            return end
        }
        guard isNull(at) else { return nil }
        value = RowBatch.unknown
        return at + 4
    }

    @inline(__always)
    private static func label(_ at: UnsafePointer<UInt8>, _ value: inout Int8) -> UnsafePointer<UInt8>? {
        switch word(at) {
        case 0x736c_6166 where at[4] == UInt8(ascii: "e"):
            value = 0
            return at + 5
        case 0x6575_7274:
            value = 1
            return at + 4
        default:
            guard isNull(at) else { return nil }
            value = RowBatch.unknownLabel
            return at + 4
        }
    }

    @inline(__always)
    private mutating func timestamp(_ at: UnsafePointer<UInt8>, _ value: inout Int64) -> UnsafePointer<UInt8>? {
        if let end = day.read(at, &value) { return end }
        var scanner = JSONScanner(at)
        do throws(JSONFault) {
            value = try scanner.timestamp() ?? RowBatch.unknown
        } catch {
            return nil
        }
        return scanner.at
    }

    private static func text(
        _ at: UnsafePointer<UInt8>, _ key: String, _ passthrough: inout String
    ) -> UnsafePointer<UInt8>? {
        var scanner = JSONScanner(at)
        do throws(JSONFault) {
            try scanner.skipValue()
        } catch {
            return nil
        }
        if !passthrough.isEmpty { passthrough += "," }
        passthrough += key + JSONSlice(start: at, end: scanner.at).text
        return scanner.at
    }
}
