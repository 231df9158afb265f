window.YTD.tweets.part0 = [
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1897000000000000101"
          ],
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.example\" rel=\"nofollow\">Marola Web</a>",
      "entities": {
        "hashtags": [],
        "urls": []
      },
      "favorite_count": "3",
      "id_str": "1897000000000000101",
      "id": "1897000000000000101",
      "truncated": false,
      "retweet_count": "1",
      "created_at": "Wed Mar 05 09:10:11 +0000 2025",
      "favorited": false,
      "full_text": "Mensagem da Marola: a linha azul volta às 14h",
      "lang": "pt"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1897000000000000202"
          ],
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.example\" rel=\"nofollow\">Marola Web</a>",
      "entities": {
        "hashtags": [],
        "urls": []
      },
      "favorite_count": "0",
      "id_str": "1897000000000000202",
      "id": "1897000000000000202",
      "truncated": false,
      "retweet_count": "0",
      "created_at": "Wed Mar 05 23:59:59 +0000 2025",
      "favorited": false,
      "full_text": "@vizinho Sentimos muito, pode mandar o número do pedido?",
      "lang": "pt"
    }
  },
  {
    "tweet": {
      "edit_info": {
        "initial": {
          "editTweetIds": [
            "1897000000000000303"
          ],
          "isEditEligible": true
        }
      },
      "retweeted": false,
      "source": "<a href=\"https://mobile.example\" rel=\"nofollow\">Marola Web</a>",
      "entities": {
        "hashtags": [],
        "urls": []
      },
      "favorite_count": "27",
      "id_str": "1897000000000000303",
      "id": "1897000000000000303",
      "truncated": false,
      "retweet_count": "4",
      "created_at": "Thu Mar 06 00:00:01 +0000 2025",
      "favorited": false,
      "full_text": "Obrigado pela paciência &amp; pelo café ☕",
      "lang": "pt"
    }
  }
]