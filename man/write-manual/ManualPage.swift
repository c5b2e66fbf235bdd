/// The page of one program in section 1, as mdoc.
struct ManualPage {
    /// What the program says of itself.
    let command: ToolDescription.Command
    /// The text of `configs/TOOL.yaml`; nil for a program without settings.
    let settings: String?
    /// The text of `man/examples/TOOL.mdoc`: what stands under EXAMPLES.
    let examples: String
    /// The names of all programs that have a page.
    let siblings: [String]
    /// The version.
    let version: String

    /// The page.
    var text: String {
        let lines =
            heading + synopsis + description + commands + options + settingsSection + environment + exitStatus
            + exampleSection
            + seeAlso
        return lines.joined(separator: "\n") + "\n"
    }

    /// The date of all pages: that of the last change to how they are written, so that they are the same every day.
    private let date = "November 22, 2026"

    private var heading: [String] {
        [
            ".\\\" Written by make man from the program's own help and man/examples/\(command.commandName).mdoc.",
            ".Dd \(date)", ".Dt \(command.commandName.uppercased()) 1", ".Os \"Borescope \(version)\"",
            ".Sh NAME", ".Nm \(command.commandName)", ".Nd \(Mdoc.phrase(command.abstract ?? ""))",
        ]
    }

    /// The program's subcommands, without the one that only prints help.
    private var subcommands: [ToolDescription.Command] {
        (command.subcommands ?? []).filter { $0.commandName != "help" }
    }

    /// What the program takes; of a program with subcommands, what all of them take.
    private var shown: [ToolDescription.Argument] {
        guard let first = subcommands.first else { return ManualPage.shown(command) }
        return ManualPage.shown(first).filter { argument in
            subcommands.allSatisfy { ManualPage.shown($0).contains(argument) }
        }
    }

    private static func shown(_ command: ToolDescription.Command) -> [ToolDescription.Argument] {
        (command.arguments ?? []).filter(\.shouldDisplay)
    }

    private var synopsis: [String] {
        guard subcommands.isEmpty else {
            return [".Sh SYNOPSIS"]
                + subcommands.flatMap { [".Nm", ".Cm \($0.commandName)"] + usage(of: own($0)) }
        }
        return [".Sh SYNOPSIS", ".Nm"] + usage(of: shown)
    }

    private func usage(of arguments: [ToolDescription.Argument]) -> [String] {
        (arguments.filter { $0.kind != .positional } + arguments.filter { $0.kind == .positional }).map { argument in
            let usage = Mdoc.usage(of: argument)
            return argument.isOptional ? ".Op \(usage)" : ".\(usage)"
        }
    }

    /// What a subcommand takes that not all of them do.
    private func own(_ subcommand: ToolDescription.Command) -> [ToolDescription.Argument] {
        ManualPage.shown(subcommand).filter { !shown.contains($0) }
    }

    private var commands: [String] {
        guard !subcommands.isEmpty else { return [] }
        return [".Sh COMMANDS", ".Bl -tag -width Ds"]
            + subcommands.flatMap { subcommand in
                [".It Cm \(subcommand.commandName)"]
                    + Mdoc.paragraphs(
                        [subcommand.abstract, subcommand.discussion].compactMap { $0 }.joined(separator: "\n"))
                    + list(of: own(subcommand))
            } + [".El"]
    }

    private func list(of arguments: [ToolDescription.Argument]) -> [String] {
        guard !arguments.isEmpty else { return [] }
        return [".Bl -tag -width Ds"]
            + arguments.flatMap { argument in
                [".It \(Mdoc.heading(of: argument))"] + Mdoc.paragraphs(Mdoc.explanation(of: argument))
            } + [".El"]
    }

    private var description: [String] {
        [".Sh DESCRIPTION"] + Mdoc.paragraphs(command.discussion ?? command.abstract ?? "")
    }

    private var options: [String] {
        [".Sh OPTIONS"] + list(of: shown)
    }

    private var settingsSection: [String] {
        guard let settings else { return [] }
        let lines = settings.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { $0.isEmpty }.map { Mdoc.literal(String($0)) }
        return [
            ".Sh SETTINGS",
            "A flag wins over the environment, the environment over the file given with", ".Fl Fl config ,",
            "and that over these defaults, which are compiled in:",
            ".Bd -literal",
        ] + lines.reversed().drop { $0.isEmpty }.reversed() + [
            ".Ed", ".Pp",
            "In such a file", ".Li ${VAR}", "and", ".Li ${VAR:-default}", "stand for environment variables;",
            "in a list in brackets they need quotes around them.",
            "A key that is not listed here, or a value out of range, is an error that names file, line and key.",
        ]
    }

    private var environment: [String] {
        var items: [String] = []
        if has("format") {
            items += [".It Ev BORESCOPE_FORMAT", "The form of the output without", ".Fl Fl format :", "ndjson or npy."]
        }
        if settings != nil {
            let prefix = "BORESCOPE_" + command.commandName.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
            items += [
                ".It Ev \(prefix)_ Ns Ar KEY", "The setting", ".Ar key ,",
                "in capitals, with", ".Sq _", "for the dots and dashes in its name.",
            ]
        }
        items += [
            ".It Ev BORESCOPE_CPU", "The instruction set to compute with: base, v3 or v4.",
            "Without it, the highest that the processor has.",
        ]
        return [".Sh ENVIRONMENT", ".Bl -tag -width Ds"] + items + [".El"]
    }

    private var exitStatus: [String] {
        let meanings: [(Int, String)] = [
            (0, "The work is done; also when the reader of the output has closed its pipe."),
            (1, "The work was a check, and it said no."),
            (64, "The command line, a variable or a configuration is wrong."),
            (65, "The input is not what its format promises; the message names file and line."),
            (66, "An input cannot be opened, or a model cannot be found."),
            (69, "A service is unavailable."),
            (70, "A defect of the program."),
            (73, "An output cannot be created."),
            (74, "Reading or writing failed; a full disk is one such failure."),
        ]
        return [".Sh EXIT STATUS", ".Bl -tag -width Ds"]
            + meanings.flatMap { [".It \($0.0)", $0.1] } + [".El"]
    }

    private var exampleSection: [String] {
        [".Sh EXAMPLES"]
            + examples.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            .reversed().drop { $0.isEmpty }.reversed()
    }

    private var seeAlso: [String] {
        let pages =
            siblings.filter { $0 != command.commandName }.map { ($0, 1) }
            + [("borescope-bundle", 5), ("borescope-streams", 5), ("borescope-tracking", 5)]
        return [".Sh SEE ALSO"]
            + pages.enumerated().map { index, page in
                ".Xr \(page.0) \(page.1)" + (index + 1 < pages.count ? " ," : "")
            }
    }

    private func has(_ option: String) -> Bool {
        shown.contains { $0.names?.contains { $0.name == option } == true }
    }
}
