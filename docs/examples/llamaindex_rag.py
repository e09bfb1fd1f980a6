"""Ask a folder of Markdown pages, on this machine alone: a small model, word vectors, and no network.

Needs `interlock-local` and its weights, `llama-index-llms-interlock` and `wordllama`. For example:
`python docs/examples/llamaindex_rag.py docs "Why does HTTP go through aiohttp?"`.
"""

import sys
from pathlib import Path

import wordllama
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.node_parser import MarkdownNodeParser, TokenTextSplitter

from llama_index.llms.interlock import Interlock


class WordVectors(BaseEmbedding):
    """A text is the mean of its tokens' vectors, which come with the wordllama package."""

    _vectors: wordllama.WordLlamaInference = PrivateAttr()

    def __init__(self) -> None:
        super().__init__(model_name="wordllama l2_supercat 256")
        package = Path(wordllama.__file__).parent  # weights and tokeniser both lie here
        self._vectors = wordllama.WordLlama.load(cache_dir=package, disable_download=True)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._vectors.embed([text], norm=True)[0].tolist()

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def index_of(folder: Path) -> VectorStoreIndex:
    """The pages of a folder, cut at their headings and into pieces that a small model can hold."""
    pages = [
        Document(text=page.read_text("utf-8"), metadata={"page": page.name})
        for page in sorted(folder.rglob("*.md"))
    ]
    cut = IngestionPipeline(
        transformations=[MarkdownNodeParser(), TokenTextSplitter(chunk_size=200, chunk_overlap=20)],
        disable_cache=True,
    )
    return VectorStoreIndex(cut.run(documents=pages), embed_model=WordVectors())


LOCAL = {"deployments": [{"id": "here", "model": "local/smollm2-135m", "provider": "local"}]}


def main(folder: str, question: str) -> None:
    llm = Interlock(LOCAL, temperature=0, max_tokens=48)
    engine = index_of(Path(folder)).as_query_engine(llm=llm, similarity_top_k=2)
    answer = engine.query(question)
    print(answer)
    for source in answer.source_nodes:
        print(f"  {source.metadata['page']}: {source.score:.2f}")
    llm.router.close_sync()


if __name__ == "__main__":
    if len(sys.argv) < 3:  # noqa: PLR2004 - a folder and a question
        sys.exit(f"usage: python {sys.argv[0]} FOLDER QUESTION")
    main(sys.argv[1], " ".join(sys.argv[2:]))
