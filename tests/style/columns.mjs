// The longest lines: 120 columns, 100 for a line of nothing but a comment.
const code = 120;
const comment = 100;

export const columns = {
  meta: { type: "layout", schema: [] },
  create: ({ sourceCode, report }) => ({
    Program() {
      const comments = new Set();
      for (const { loc } of sourceCode.getAllComments()) {
        for (let line = loc.start.line; line <= loc.end.line; line += 1) comments.add(line);
      }
      for (const [index, text] of sourceCode.lines.entries()) {
        const line = index + 1;
        // With code beside it, it is a line of code.
        const limit = comments.has(line) && /^\s*(\/\/|\/\*|\*)/.test(text) ? comment : code;
        const width = [...text].length;
        if (width <= limit) continue;
        report({
          loc: { start: { line, column: limit }, end: { line, column: text.length } },
          message: `${width} columns: break it at ${limit}`,
        });
      }
    },
  }),
};
