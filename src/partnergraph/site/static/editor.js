// The editor: CodeMirror in a shadow root, where its styles are constructed sheets, which the policy of the page allows.
import {
  acceptCompletion, autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap, completionKeymap, defaultKeymap, EditorState, EditorView,
  HighlightStyle, history, historyKeymap, hoverTooltip, keymap, lineNumbers, setDiagnostics, sparql, StreamLanguage, syntaxHighlighting, tags,
} from "/static/codemirror.min.js";
import { completionSource } from "/static/completion.js";
import { make } from "/static/dom.js";

const theme = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--page)", fontSize: "15px" },
  "&.cm-focused": { outline: "none" }, // the box around it shows the focus
  ".cm-scroller": { fontFamily: '"Liberation Mono", Consolas, Menlo, monospace', lineHeight: "1.5", maxHeight: "20em", overflow: "auto" },
  ".cm-content, .cm-gutter": { minHeight: "10.5em" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--soft)", color: "var(--muted)", border: "0", borderRight: "1px solid var(--rule)" },
  ".cm-matchingBracket": { backgroundColor: "var(--mark) !important", color: "inherit" },
  ".cm-nonmatchingBracket": { backgroundColor: "transparent !important", color: "var(--accent)" },
  ".cm-tooltip": { backgroundColor: "var(--page)", color: "var(--text)", border: "1px solid var(--edge)", borderRadius: "5px", boxShadow: "0 6px 22px rgb(0 0 0 / .22)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "17em", maxWidth: "min(640px, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "4px 10px", lineHeight: "1.35" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--text)", color: "var(--page)" },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal", fontFamily: "Arial, Helvetica, sans-serif" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { textDecoration: "none" },
  ".cm-completionInfo": { padding: "8px 10px", maxWidth: "320px", fontFamily: "Arial, Helvetica, sans-serif", fontSize: "14px" },
  ".cm-diagnostic": { padding: "6px 10px", fontFamily: "Arial, Helvetica, sans-serif", whiteSpace: "pre-wrap", maxWidth: "480px" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--accent)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--accent) 2px", textUnderlineOffset: "3px" },
  ".about": { padding: "8px 10px", maxWidth: "380px", fontFamily: "Arial, Helvetica, sans-serif", fontSize: "14px" },
  ".about p": { margin: "0" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "700" },
  { tag: tags.standard(tags.name), color: "var(--link)" },
  { tag: [tags.variableName, tags.local(tags.variableName)], color: "var(--fresh)" },
  { tag: [tags.string, tags.number, tags.literal], color: "var(--accent)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
]);

function termTooltip(terms) {
  return hoverTooltip(async (view, at) => {
    const line = view.state.doc.lineAt(at);
    const before = /(?:<[^<>\s]*|[\p{L}\p{N}_:.-]*)$/u.exec(line.text.slice(0, at - line.from))[0];
    const word = /^(?:<[^<>\s]*>|[\p{L}\p{N}_-]*:[\p{L}\p{N}_-]+)/u.exec(line.text.slice(at - line.from - before.length));
    const vocabulary = await terms;
    const entry = word && vocabulary.known.get(vocabulary.long(word[0]));
    if (!entry || !(entry.label || entry.about)) return null;
    const from = at - before.length;
    return { pos: from, end: from + word[0].length, above: true, create: () => ({ dom: make("div", { class: "about" }, make("p", {}, make("strong", {}, entry.label)), make("p", {}, entry.about || "")) }) };
  });
}

// Typed over a selection, the browser would write the style of what was there into the text, which the policy refuses.
function typedOver(event, view) {
  const { from, to, empty } = view.state.selection.main;
  if (empty || event.inputType !== "insertText" || !event.data || view.composing) return false;
  const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, event.data, insert))) view.dispatch(insert());
  event.preventDefault();
  return true;
}

/** The editor in an element. `run` is called for Ctrl-Enter, `changed` when its text changes. */
export function editor(parent, { text, terms, run, changed }) {
  const root = parent.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: "Mod-Enter", run: () => { run(); return true; } },
          { key: "Ctrl-Enter", run: () => { run(); return true; } },
          { key: "Tab", run: acceptCompletion }, // where no list is open, Tab goes on to what comes next
          ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap,
        ]),
        history(), lineNumbers(), bracketMatching(), closeBrackets(), EditorView.lineWrapping, EditorView.domEventHandlers({ beforeinput: typedOver }),
        StreamLanguage.define(sparql), syntaxHighlighting(colours), theme, termTooltip(terms),
        autocompletion({ override: [completionSource(terms)], icons: false, maxRenderedOptions: 60 }),
        EditorView.contentAttributes.of({ "aria-label": "SPARQL query", spellcheck: "false", autocapitalize: "off", autocorrect: "off" }),
        EditorView.updateListener.of((update) => { if (update.docChanged) changed(); }),
      ],
    }),
  });
  const clean = () => view.dispatch(setDiagnostics(view.state, []));
  return {
    view,
    get text() { return view.state.doc.toString(); },
    set text(wanted) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: wanted }, selection: { anchor: 0 }, scrollIntoView: true });
      clean();
    },
    clean,
    focus: () => view.focus(),
    /** Underline what stands at a line and column (in characters, from 1), with a message. */
    mark(line, column, message) {
      if (line < 1 || line > view.state.doc.lines) return;
      const at = view.state.doc.line(line);
      const from = Math.min(at.to, at.from + [...at.text].slice(0, column - 1).join("").length);
      const word = /^(?:[\p{L}\p{N}_:?$@-]+|\S)/u.exec(view.state.sliceDoc(from, at.to));
      const to = word ? from + word[0].length : from;
      const range = to > from ? { from, to } : { from: Math.max(0, from - 1), to: from };
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      view.dispatch(setDiagnostics(view.state, [{ ...range, severity: "error", message }]));
    },
  };
}
