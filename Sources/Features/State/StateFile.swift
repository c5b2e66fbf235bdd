import DurableFiles
import SensorData

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The file behind `--state`: what continues a stream where the last run stopped.
///
/// Layout: 16 bytes `BORESCOPE-STATE\n`; the format version; what kind of state; the settings it was made under; the
/// contents; a 64-bit FNV-1a hash of all that. Numbers are little-endian and 8 bytes wide, texts are UTF-8 behind their
/// length (`StateEncoder`). The file is replaced whole, by renaming, so that a killed run leaves the state of the run
/// before it: started again on the same input it gives the same output.
public enum StateFile {
    /// The version of the layout.
    public static let formatVersion = 1
    private static let magic = "BORESCOPE-STATE\n"
    /// The longest file accepted, in bytes.
    private static let lengthLimit = 1 << 32

    /// Replaces the file at `path`.
    ///
    /// - Parameters:
    ///   - kind: whose state it is (`featurize`).
    ///   - settings: what a run that continues has to have in common with this one, in words.
    ///   - contents: writes the contents.
    /// - Throws: `SystemError`.
    public static func write(
        kind: String, settings: String, to path: String, contents: (inout StateEncoder) -> Void
    ) throws {
        var encoder = StateEncoder()
        encoder.put(formatVersion)
        encoder.put(kind)
        encoder.put(settings)
        contents(&encoder)
        var bytes = Array(magic.utf8)
        bytes.append(contentsOf: encoder.bytes)
        withUnsafeBytes(of: hash(bytes[...]).littleEndian) { bytes.append(contentsOf: $0) }
        try AtomicFile.write(bytes, to: path)
    }

    /// Opens the file at `path` and checks all but its contents.
    ///
    /// - Returns: a decoder before the contents; nil where there is no such file.
    /// - Throws: `DataError` where the file is no state or damaged, `FeatureError.otherSettings`, `SystemError`.
    public static func read(kind: String, settings: String, from path: String) throws -> StateDecoder? {
        guard let bytes = try load(path) else { return nil }
        let head = magic.utf8.count
        guard bytes.count >= head + 8, bytes.starts(with: magic.utf8) else {
            throw DataError("\(path): this is no state file; expected it to begin with BORESCOPE-STATE")
        }
        var trailer: UInt64 = 0
        for (place, byte) in bytes.suffix(8).enumerated() { trailer |= UInt64(byte) << (8 * UInt64(place)) }
        guard trailer == hash(bytes.dropLast(8)) else {
            throw DataError("\(path): the state is damaged; expected the check sum to be that of the contents")
        }
        var decoder = StateDecoder(Array(bytes[head...]), trailer: 8, file: path)
        let version = try decoder.int64()
        guard version == Int64(formatVersion) else {
            throw DataError("\(path): expected a state of format version \(formatVersion), found \(version)")
        }
        let foundKind = try decoder.string()
        guard foundKind == kind else {
            throw FeatureError.otherSettings("\(path): expected a state of \(kind), found one of \(foundKind)")
        }
        let foundSettings = try decoder.string()
        guard foundSettings == settings else {
            throw FeatureError.otherSettings(
                "\(path): the state was written under other settings; expected \(settings), found \(foundSettings)")
        }
        return decoder
    }

    /// The bytes of the file at `path`; nil where there is none.
    private static func load(_ path: String) throws -> [UInt8]? {
        // A device may have no end, and a pipe no beginning. A link that leads nowhere has no size.
        if kindOfFile(path) == .other, sizeOfFile(path) != nil {
            throw DataError("\(path): this is no state file; expected a plain file, found a device or a pipe")
        }
        do {
            return try readFile(path, limit: lengthLimit)
        } catch let error as SystemError where error.code == ENOENT {
            return nil
        }
    }

    private static func hash(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
