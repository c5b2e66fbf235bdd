extension RegimeScaling {
    /// Finds the regimes and learns each one's offsets and spans.
    ///
    /// - Parameters:
    ///   - rows: row-major, shape (mask.count, settings.count + columns.count).
    ///   - mask: which rows to learn from.
    /// - Throws: `FeatureError.nothingToLearn` where the mask is empty, or regimes are too few.
    init(_ specification: FeatureSpecification, learnedFrom rows: [Double], where mask: [Bool]) throws {
        let settings = specification.settings
        let columns = specification.columns
        let width = settings.count + columns.count
        var chosen: [Double] = []
        for (row, isChosen) in mask.enumerated() where isChosen {
            chosen.append(contentsOf: rows[row * width..<(row + 1) * width])
        }
        guard !chosen.isEmpty else {
            throw FeatureError.nothingToLearn("no row to learn the scale of the columns from")
        }
        let found = try OperatingRegimes(
            specification.recipe.regimes, in: chosen, count: chosen.count / width, width: width,
            settingCount: settings.count)
        var moments = [ColumnMoments](repeating: ColumnMoments(columns: columns.count), count: found.centres.count)
        for (row, regime) in found.regimeOfRow.enumerated() {
            guard let regime else { continue }
            moments[regime].add(chosen[row * width + settings.count..<(row + 1) * width])
        }
        let scaling = specification.recipe.scaling
        var spans = moments.map { moments in columns.indices.map { moments.span($0, scaling) } }
        for column in columns.indices {
            let varying = spans.map { $0[column] }.filter { $0 > 0 }
            let usual = varying.isEmpty ? 0 : varying.reduce(0, +) / Double(varying.count)
            for regime in spans.indices where spans[regime][column] == 0 { spans[regime][column] = usual }
        }
        try self.init(
            settings: settings, settingRanges: found.ranges, columns: columns, scaling: scaling,
            regimes: found.centres.indices.map { index in
                Regime(
                    centre: found.centres[index], tolerance: found.tolerances[index], rows: moments[index].count,
                    offsets: scaling == .zScore ? moments[index].means : moments[index].lows, spans: spans[index])
            })
    }
}

extension ColumnMoments {
    /// What a column is measured in.
    fileprivate func span(_ column: Int, _ scaling: FeatureRecipe.Scaling) -> Double {
        switch scaling {
        case .zScore: variance(column).squareRoot()
        case .minMax: highs[column] - lows[column]
        }
    }
}
