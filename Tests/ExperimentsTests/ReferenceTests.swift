import Experiments
import Testing

@Suite("What a name of a model means")
struct ReferenceTests {
    @Test(
        "by its form alone",
        arguments: [
            ("models/iforest", ModelReference.Meaning.path("models/iforest")), ("./prod", .path("./prod")),
            ("/srv/a/3", .path("/srv/a/3")), ("a/b/3", .path("a/b/3")), ("../3", .path("../3")),
            ("turbofan/3", .version(model: "turbofan", number: 3)), ("turbofan/0", .path("turbofan/0")),
            ("turbofan/03x", .path("turbofan/03x")), ("/3", .path("/3")),
            ("turbofan@champion", .alias(model: "turbofan", alias: "champion")), ("@x", .word("@x")),
            ("x@", .word("x@")),
            ("runs:/0af3", .run(id: "0af3")), ("runs:/0af3/model", .run(id: "0af3")),
            ("prod", .word("prod")), ("iforest", .word("iforest")),
        ])
    func meaning(text: String, meaning: ModelReference.Meaning) {
        #expect(ModelReference(text).meaning == meaning)
    }

    @Test("a stage is known by its name and its alias", arguments: ["prod", "Production", "PRODUCTION"])
    func stages(text: String) {
        #expect(Stage(named: text) == .production)
        #expect(Stage(named: "\(text)x") == nil)
    }
}

@Suite("Where runs go")
struct DestinationTests {
    @Test("URIs of both kinds")
    func uris() throws {
        #expect(try TrackingDestination("sqlite:////srv/mlflow.db") == .local(database: "/srv/mlflow.db"))
        #expect(try TrackingDestination("http://host:5000/") == .server(url: "http://host:5000"))
        #expect(try TrackingDestination("https://host/mlflow//").description == "https://host/mlflow")
        guard case .local(let path) = try TrackingDestination("sqlite:///a/b.db") else {
            Issue.record("expected a local store")
            return
        }
        #expect(path.hasPrefix("/") && path.hasSuffix("/a/b.db"))
    }

    @Test(
        "what cannot be used is refused",
        arguments: ["file:///x", "mlruns", "sqlite:///", "http://", "postgresql://h/x", "http://h?x=1"])
    func refused(text: String) {
        #expect(throws: TrackingSetupError.self) { try TrackingDestination(text) }
    }

    @Test("a password in the URL is refused, and not repeated")
    func password() {
        let error = #expect(throws: TrackingSetupError.self) { try TrackingDestination("https://me:secret@host/") }
        #expect(error?.description.contains("secret") == false)
        #expect(error?.description.contains("MLFLOW_TRACKING_PASSWORD") == true)
    }
}

@Suite("The condition of a promotion")
struct PromotionConditionTests {
    @Test("comparisons with numbers and with what is in Production")
    func comparisons() throws {
        let better = try PromotionCondition("val_ap > current")
        #expect(better.holds(of: ["val_ap": 0.9], current: ["val_ap": 0.8]).holds)
        #expect(!better.holds(of: ["val_ap": 0.8], current: ["val_ap": 0.8]).holds)
        #expect(!better.holds(of: ["val_f1": 0.9], current: ["val_ap": 0.1]).holds)
        #expect(!better.holds(of: ["val_ap": .nan], current: nil).holds)
        #expect(better.holds(of: ["val_ap": 0.1], current: nil).holds)
        let both = try PromotionCondition("val_f1>=0.8 and val_ece < 0.01")
        #expect(both.holds(of: ["val_f1": 0.8, "val_ece": 0.001], current: nil).holds)
        #expect(!both.holds(of: ["val_f1": 0.8, "val_ece": 0.01], current: nil).holds)
        #expect(both.metrics == ["val_f1", "val_ece"])
    }

    @Test(
        "what is none is refused",
        arguments: [
            "", "val_ap", "val_ap >", "> current", "val_ap == current", "0.8 > 0.7", "a > b", "a > 1 or b > 2",
            "a > 1 and",
        ])
    func refused(text: String) {
        #expect(throws: TrackingSetupError.self) { try PromotionCondition(text) }
    }

    @Test("a request is checked before any work", arguments: ["", "a/b", "a b", "a@b", "a:b"])
    func names(name: String) {
        #expect(throws: TrackingSetupError.self) { try RegistrationRequest(model: name, stage: nil, promotion: nil) }
        #expect(throws: TrackingSetupError.self) {
            try RegistrationRequest(model: "a", stage: "archived", promotion: nil)
        }
    }
}
