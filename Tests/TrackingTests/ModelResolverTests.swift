import DurableFiles
import Experiments
import Foundation
import Testing
import Tracking

@Suite("Resolution of references")
struct ModelResolverTests {
    private let folder = NSTemporaryDirectory() + "resolver-\(UUID().uuidString)"
    private let store = FakeStore()
    private let description = Array("{\"name\": \"x\"}".utf8)
    private var digest: String { Digest.hexadecimal(of: description) }

    private func resolver(check: @escaping (String) throws -> Void = { _ in }) -> ModelResolver {
        ModelResolver(
            store, at: .server(url: "http://127.0.0.1:1"), model: "turbofan", experiment: "e",
            cache: BundleCache(path: "\(folder)/cache", check: check))
    }

    /// A run with a model, registered as a version of `model`.
    private func version(_ number: Int, of model: String? = "turbofan", digest: String? = nil) throws -> ModelVersion? {
        var run = try store.run(startedBy: start(number, time: Int64(number)))
        try store.log(
            metrics: [], parameters: [:],
            tags: [TrackingTag.bundle: "x-\(number)", TrackingTag.digest: digest ?? self.digest], to: run)
        run = try #require(try store.run(id: run.id))
        try store.end(run, RunEnd(status: .finished, time: 9))
        store.overwrite("\(run.id)/model/model.json", with: description)
        store.overwrite("\(run.id)/model/weights.safetensors", with: [1, 2, 3])
        store.overwrite("\(run.id)/model/MLmodel", with: [4])
        return try model.map {
            try store.register(.model, of: run, as: $0, tags: [TrackingTag.digest: digest ?? self.digest])
        }
    }

    @Test("every form finds its version, and the bundle comes without what only MLflow reads")
    func forms() throws {
        defer { removeTree(folder) }
        let registry = ModelRegistry(store, user: "u")
        let (first, second) = (try #require(try version(1)), try #require(try version(2)))
        try registry.move(first, to: .production, action: "promote", why: "")
        try registry.setAlias("champion", of: "turbofan", to: second.number, why: "")
        for (text, expected) in [
            ("prod", "turbofan/1"), ("Production", "turbofan/1"), ("turbofan", "turbofan/1"),
            ("turbofan/2", "turbofan/2"),
            ("turbofan@champion", "turbofan/2"), ("champion", "turbofan/2"), ("turbofan@prod", "turbofan/1"),
            ("runs:/\(first.run)", "runs:/\(first.run)"),
        ] {
            let resolved = try resolver().resolve(ModelReference(text))
            #expect(resolved.reference == expected, "\(text)")
            #expect(resolved.warning == nil)
            #expect(try namesInFolder(resolved.path) == ["model.json", "weights.safetensors"])
        }
    }

    @Test(
        "what nobody promoted is the newest run, with a warning; after that a directory; after that an error that tells all"
    )
    func order() throws {
        defer { removeTree(folder) }
        let path = "\(folder)/local/prod"
        let error = #expect(throws: TrackingError.self) { try resolver().resolve(ModelReference("prod")) }
        for place in ["in Production", "the experiment 'e'", "no directory 'prod'"] {
            #expect(error?.description.contains(place) == true, "\(place)")
        }
        try createFolder(path)
        try AtomicFile.write(description, to: "\(path)/model.json")
        #expect(try resolver().resolve(ModelReference(path)).path == path)
        _ = try version(1, of: nil)
        _ = try version(2, of: nil)
        let newest = try resolver().resolve(ModelReference("prod"))
        #expect(newest.reference.hasSuffix("2"))
        #expect(newest.warning?.contains("nobody promoted") == true)
        #expect(throws: TrackingError.self) { try resolver().resolve(ModelReference("turbofan/7")) }
        #expect(throws: TrackingError.self) { try resolver().resolve(ModelReference("runs:/7")) }
    }

    @Test("while the server is away a name means what it meant; a name never asked for is an error")
    func offline() throws {
        defer { removeTree(folder) }
        let registry = ModelRegistry(store, user: "u")
        try registry.move(#require(try version(1)), to: .production, action: "promote", why: "")
        let known = try resolver().resolve(ModelReference("prod"))
        store.callsUntilFailure = 0
        let offline = try resolver().resolve(ModelReference("prod"))
        #expect(offline.path == known.path)
        #expect(offline.warning?.contains("turbofan/1") == true)
        store.callsUntilFailure = 0
        #expect(throws: TrackingError.self) { try resolver().resolve(ModelReference("staging")) }
    }

    @Test(
        "a bundle with another digest, one that cannot be read and one with a name that leads out are refused, and leave nothing"
    )
    func refusals() throws {
        defer { removeTree(folder) }
        let tampered = try #require(try version(1, digest: String(repeating: "0", count: 64)))
        #expect(throws: TrackingError.self) { try resolver().resolve(ModelReference(tampered.reference)) }
        let sound = try #require(try version(2))
        struct Unreadable: Error {}
        #expect(throws: Unreadable.self) {
            try resolver(check: { _ in throw Unreadable() }).resolve(ModelReference(sound.reference))
        }
        store.overwrite("\(sound.run)/model/../../escape", with: [1])
        #expect(throws: TrackingError.self) { try resolver().resolve(ModelReference(sound.reference)) }
        #expect(try namesInFolder("\(folder)/cache").isEmpty)
    }

    @Test("a bundle whose description was damaged in the cache is copied again")
    func repair() throws {
        defer { removeTree(folder) }
        let sound = try #require(try version(1))
        let first = try resolver().resolve(ModelReference(sound.reference))
        try AtomicFile.write([0], to: "\(first.path)/model.json")
        let second = try resolver().resolve(ModelReference(sound.reference))
        #expect(second.path == first.path)
        #expect(try readFile("\(second.path)/model.json") == description)
    }
}
