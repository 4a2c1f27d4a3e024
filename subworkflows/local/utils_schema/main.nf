//
// Parameters and samplesheets checked against nf-core-style JSON schemas, without a plugin.
// Each check returns its problems as a list of messages, so that the caller can show all at once.
//

def readSchema(path) {
    return new groovy.json.JsonSlurper().parseText(path.text)
}

// Every parameter of nextflow_schema.json by name, in the order of the file
def schemaParams(schema) {
    return schema['$defs'].values().collectEntries { group -> group.properties }
}

// Edits that turn one word into the other (Levenshtein)
def wordDistance(a, b) {
    def row = (0..b.size()).toList()
    a.toList().eachWithIndex { left, i ->
        def above = row
        row = [i + 1]
        b.toList().eachWithIndex { right, j ->
            row << [above[j + 1] + 1, row[j] + 1, above[j] + (left == right ? 0 : 1)].min()
        }
    }
    return row[-1]
}

def plainWord(text) {
    return text.toString().toLowerCase().replaceAll(/[^a-z0-9]/, '')
}

// " Did you mean 'min_length'?", or nothing if no known word is near
def didYouMean(word, known, prefix) {
    def best = known.min { name -> wordDistance(plainWord(word), plainWord(name)) }
    def near = best && wordDistance(plainWord(word), plainWord(best)) <= Math.max(1, plainWord(word).size().intdiv(3))
    return near ? " Did you mean ${prefix}${best}?" : ''
}

def isOfType(value, type) {
    def text = value.toString()
    if (type == 'string') {
        return !(value instanceof Boolean)
    }
    if (type == 'boolean') {
        return text in ['true', 'false']
    }
    if (type == 'integer') {
        return text ==~ /[-+]?\d+/
    }
    return type == 'number' && text.isNumber()
}

// Problems of one value with its property of the schema; `where` starts each message
def valueProblems(where, value, spec) {
    def types = [spec.type].flatten()
    def text = value.toString()
    if (!types.any { type -> isOfType(value, type) }) {
        def got = value instanceof Boolean ? 'no value' : "'${text}'"
        return ["${where}: expected ${types.join(' or ')}, got ${got}."]
    }
    if (spec['enum'] && !(text in spec['enum']*.toString())) {
        return ["${where}: expected one of ${spec['enum'].join(', ')}, got '${text}'."]
    }
    if (spec.pattern && !(text ==~ spec.pattern)) {
        return ["${where}: '${text}': ${spec.errorMessage ?: "must match ${spec.pattern}"}."]
    }
    if (spec.minimum != null && (text as BigDecimal) < spec.minimum) {
        return ["${where}: must be at least ${spec.minimum}, got ${text}."]
    }
    if (spec.maximum != null && (text as BigDecimal) > spec.maximum) {
        return ["${where}: must be at most ${spec.maximum}, got ${text}."]
    }
    if (spec.exists && spec.format in ['file-path', 'directory-path'] && !file(text, glob: false).exists()) {
        return ["${where}: '${text}' does not exist."]
    }
    return []
}

// Whether a person wrote this parameter for this run. Configs of institutions (nf-core/configs) set
// parameters of their own, max_memory, igenomes_base and others.
def isTyped(name) {
    return workflow.commandLine.tokenize().any { word -> word == '-params-file' || word.tokenize('=')[0] == "--${name}" }
}

// Problems of the parameters: unknown, missing, or not as the schema wants them
def paramProblems(given, schema) {
    def known = schemaParams(schema)
    def required = schema['$defs'].values().collectMany { group -> group.required ?: [] }
    // Nextflow keeps --min-length as 'min-length' and as 'minLength'
    def twins = given.keySet().findAll { name -> name.contains('-') }.collect { name ->
        name.replaceAll(/-([a-zA-Z0-9])/) { _all, letter -> letter.toUpperCase() }
    }
    def (unknown, idle) = given.keySet().findAll { name -> !known.containsKey(name) && !(name in twins) }.split { name -> isTyped(name) }
    def named = idle.findAll { name -> !name.startsWith('config_profile_') }
    if (named) {
        log.warn("Parameters of a config file that do nothing here: ${named.join(', ')}")
    }
    def problems = unknown.collect { name ->
        "--${name}: there is no such parameter.${didYouMean(name, known.keySet(), '--')}".toString()
    }
    known.each { name, spec ->
        if (given[name] == null || given[name].toString() == '') {
            problems.addAll(name in required ? ["--${name}: is required (${spec.description})".toString()] : [])
        }
        else {
            problems.addAll(valueProblems("--${name}", given[name], spec))
        }
    }
    return problems
}

// Cells of one CSV line: split at the commas outside quotation marks
def csvCells(line) {
    return line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/, -1).collect { cell ->
        cell.trim().replaceAll(/^"|"$/, '').replace('""', '"').trim() ?: null
    }
}

// Lines of a CSV file as [line number, cells]; a byte order mark and empty lines are passed over
def csvLines(csv) {
    return csv.text
        .replace('\uFEFF', '')
        .readLines()
        .withIndex(1)
        .findAll { line, _number -> line.replace(',', '').trim() }
        .collect { line, number -> [number, csvCells(line)] }
}

// A path of the samplesheet: absolute, or a URL, or relative to the sheet, or else to the launch folder
def sheetPath(text, csv) {
    if (text ==~ /^(\/|[A-Za-z][A-Za-z0-9+.-]*:\/\/).*/) {
        return file(text, glob: false)
    }
    def beside = csv.parent.resolve(text)
    return beside.exists() ? beside : file(text, glob: false)
}

// Reads a samplesheet: [rows, problems]. A row is a map of its columns, with paths as files,
// and `line`; an empty cell is null.
def readSheet(csv, schema) {
    def columns = schema.items.properties
    def lines = csvLines(csv)
    if (!lines) {
        return [[], ["${csv.name}: is empty. Expected a header: ${columns.keySet().join(',')}".toString()]]
    }
    def header = lines[0][1]
    def problems = header.countBy { name -> name }.findAll { _name, n -> n > 1 }.collect { name, _n ->
        "${csv.name}: column '${name}' stands twice.".toString()
    }
    problems += header.findAll { name -> !columns.containsKey(name) }.collect { name ->
        "${csv.name}: unknown column '${name}'.${didYouMean(name ?: '', columns.keySet(), '')} Columns are ${columns.keySet().join(',')}.".toString()
    }
    problems += schema.items.required.findAll { name -> !(name in header) }.collect { name ->
        "${csv.name}: column '${name}' is missing. Columns are ${columns.keySet().join(',')}.".toString()
    }
    if (lines.size() == 1) {
        problems << "${csv.name}: has no rows below its header.".toString()
    }
    def rows = lines.drop(1).collect { number, cells ->
        def where = "${csv.name}, line ${number}"
        if (cells.size() > header.size()) {
            problems << "${where}: has ${cells.size()} cells, the header has ${header.size()}.".toString()
        }
        def row = [line: number]
        columns.each { name, spec ->
            def text = name in header ? cells[header.indexOf(name)] : null
            def path = text != null && spec.format == 'file-path' ? sheetPath(text, csv) : null
            if (text != null) {
                // whether it exists is asked of the resolved path
                def found = valueProblems("${where}, ${name}", text, spec + [exists: false])
                if (!found && path && spec.exists && !path.exists()) {
                    found = ["${where}, ${name}: '${text}' does not exist."]
                }
                problems.addAll(found*.toString())
            }
            else if (name in schema.items.required && name in header) {
                problems << "${where}: '${name}' is empty. ${spec.description}".toString()
            }
            row[name] = path ?: text
        }
        return row
    }
    return [rows, problems]
}

// The parameters, their defaults and choices, as text for --help
def helpText(schema) {
    def width = schemaParams(schema).keySet()*.size().max()
    return schema['$defs'].values().collect { group ->
        def lines = group.properties.collect { name, spec ->
            def choices = spec['enum'] ? " (${spec['enum'].join(', ')})" : ''
            def value = spec['default'] != null && spec['default'] != false ? " [${spec['default']}]" : ''
            "  --${name.padRight(width)}  ${spec.description}${choices}${value}"
        }
        "${group.title}\n${lines.join('\n')}"
    }.join('\n\n')
}
