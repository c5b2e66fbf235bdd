import Detectors
import Testing
import VectorMath

@Suite struct SafeTensorsTests {
    private let tensors: [String: Tensor] = [
        "a.weight": Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]),
        "b": Tensor([-1, .pi] as [Double]),
        "c": Tensor([7, -8, 9] as [Int32]),
        "d": Tensor([] as [Int64], shape: [0, 4]),
        "e": Tensor([5] as [Int64], shape: []),
    ]

    /// A file with this header and so many bytes of data.
    private func file(_ header: String, data: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 8)
        bytes[0] = UInt8(header.utf8.count & 0xFF)
        bytes[1] = UInt8(header.utf8.count >> 8)
        return bytes + Array(header.utf8) + [UInt8](repeating: 1, count: data)
    }

    @Test func givesBackWhatWasWritten() throws {
        let bytes = try SafeTensors.encode(tensors)
        #expect(try SafeTensors.decode(bytes) == tensors)
        #expect(try SafeTensors.encode(tensors) == bytes)
        #expect(bytes[0] % 8 == 0)
    }

    @Test func readsWhatOthersWrite() throws {
        let header = #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"format":"np"}}  "#
        let read = try SafeTensors.decode(file(header, data: 8))
        #expect(read.keys.sorted() == ["x"])
        #expect(read["x"]?.shape == [2])
    }

    @Test func refusesEveryTruncation() throws {
        let bytes = try SafeTensors.encode(tensors)
        for length in 0..<bytes.count {
            #expect(throws: BundleError.self) { try SafeTensors.decode(Array(bytes[..<length])) }
        }
        #expect(throws: BundleError.self) { try SafeTensors.decode(bytes + [0]) }
    }

    @Test(arguments: [
        (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "takes 8 bytes"),
        (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, "leave a gap"),
        (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}}"#, "end behind"),
        (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "overlap"),
        (#"{"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, "impossible"),
        (#"{"x":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,8]}}"#, "impossible"),
        (#"{"x":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}"#, "impossible"),
        (#"{"x":{"dtype":"BF16","shape":[4],"data_offsets":[0,8]}}"#, "unknown"),
        (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, "overlap"),
        (#"{"x":{"dtype":"F32","shape":[2]}}"#, "'x.data_offsets' is missing"),
        (#"{"x":7}"#, "header"),
        (#"{"__metadata__":{"a":1}}"#, "header"),
        (
            #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
            "overlap"
        ),
        (#"{}"#, "8 follow the header"),
        (#"[1]"#, "not a JSON object"),
        (#"{"x":"#, "header"),
    ])
    func saysWhatIsWrong(header: String, reason: String) {
        let error = #expect(throws: BundleError.self) { try SafeTensors.decode(file(header, data: 8)) }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test func damageNeverCrashes() throws {
        let bytes = try SafeTensors.encode(tensors)
        var random = CounterRandom(seed: 11, stream: 0)
        for _ in 0..<3000 {
            var damaged = bytes
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if let read = try? SafeTensors.decode(damaged) {
                for tensor in read.values {
                    #expect(tensor.shape.reduce(tensor.type.size, *) == tensor.bytes.count)
                }
            }
        }
    }
}
