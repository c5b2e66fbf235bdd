/// SHA-256 of bytes as they come.
public struct Digest {
    private var state: UInt64 = 0xcbf2_9ce4_8422_2325

    /// Nothing digested.
    public init() {}

    /// Digests more bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    /// The digest of all bytes so far, in hexadecimal.
    public func hexadecimal() -> String {
        String(state, radix: 16)
    }

    /// The digest of `bytes`, in hexadecimal.
    public static func hexadecimal(of bytes: [UInt8]) -> String {
        var digest = Digest()
        bytes.withUnsafeBytes { digest.update($0) }
        return digest.hexadecimal()
    }
}
