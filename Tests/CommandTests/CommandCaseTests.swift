import Foundation
import Testing

@Suite("Golden command cases")
struct CommandCaseTests {
    @Test("a command prints what it must and ends as it must", arguments: CommandCase.all(below: Surroundings.cases))
    func golden(commandCase: CommandCase) throws {
        let seen = try commandCase.run(in: .borescope)
        if ProcessInfo.processInfo.environment["BORESCOPE_RERECORD"] == "1" {
            try commandCase.record(seen)
            return
        }
        let difference = seen.difference(from: try commandCase.expectation())
        switch (difference, try commandCase.knownFailure()) {
        case (let difference?, nil): Issue.record("\(commandCase.name)\n\(difference)")
        case (nil, let reason?): Issue.record("\(commandCase.name) passes; remove its xfail (\(reason))")
        default: break
        }
    }

    @Test("the programs were built beside the tests")
    func programs() throws {
        let sources = Surroundings.repository.appendingPathComponent("Sources")
        let manager = FileManager.default
        let programs = try manager.contentsOfDirectory(atPath: sources.path).filter { $0 == $0.lowercased() }
        #expect(programs.contains("featurize"))
        for program in programs {
            let path = Surroundings.products.appendingPathComponent(program).path
            #expect(manager.isExecutableFile(atPath: path), "\(program) is not built")
        }
    }

    @Test("cases are found two folders deep, in order")
    func discovery() {
        let names = CommandCase.all(below: Surroundings.cases).map(\.name)
        #expect(names.count > 150)
        #expect(names == names.sorted())
        #expect(names.allSatisfy { $0.split(separator: "/").count == 2 })
    }
}
