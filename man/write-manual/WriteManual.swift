import ArgumentParser
import Foundation

@main
struct WriteManual: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write-manual",
        abstract: "Write the manual pages of the programs from what they say of themselves.")

    @Option(help: "The folder of the built programs.", completion: .directory) var products: String
    @Option(help: "The folder of the settings.", completion: .directory) var configs: String
    @Option(help: "The folder of the examples.", completion: .directory) var examples: String
    @Option(help: "The folder to write to.", completion: .directory) var output: String
    @Argument(help: "The programs' names.") var programs: [String]

    func run() throws {
        let folder = URL(fileURLWithPath: output)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for program in programs {
            let example = URL(fileURLWithPath: examples).appendingPathComponent("\(program).mdoc")
            let settings = URL(fileURLWithPath: configs).appendingPathComponent("\(program).yaml")
            let page = ManualPage(
                command: try JSONDecoder().decode(
                    ToolDescription.self, from: try output(of: program, "--experimental-dump-help")
                ).command,
                settings: try? String(contentsOf: settings, encoding: .utf8),
                examples: try String(contentsOf: example, encoding: .utf8), siblings: programs.sorted(),
                version: String(decoding: try output(of: program, "--version"), as: UTF8.self)
                    .trimmingCharacters(in: .whitespacesAndNewlines))
            try page.text.write(
                to: folder.appendingPathComponent("\(program).1"), atomically: true, encoding: .utf8)
        }
    }

    private func output(of program: String, _ argument: String) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: products).appendingPathComponent(program)
        process.arguments = [argument]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ValidationError("\(program) \(argument): exit status \(process.terminationStatus)")
        }
        return data
    }
}
