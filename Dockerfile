# The review page in a container, on the CPU:
#   docker build -t hccv .
#   docker run --rm -p 127.0.0.1:8000:8000 -e HCCV_TOKEN=a-long-word -v "$PWD/games:/games" hccv
# Then open http://127.0.0.1:8000/?token=a-long-word.  Films and projects appear in the folder games.
FROM python:3.13-slim

COPY . /source
RUN pip install --no-cache-dir /source && rm -rf /source
RUN useradd --create-home --uid 1000 hccv && mkdir /games && chown hccv:hccv /games

USER hccv
WORKDIR /games
VOLUME /games
EXPOSE 8000
ENTRYPOINT ["hccv"]
CMD ["review", "/games", "--host", "0.0.0.0", "--port", "8000", "--no-browser"]
